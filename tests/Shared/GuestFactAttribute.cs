namespace ActorHa.Testing;

/// <summary>A test that boots the tiny guest: needs QEMU and the directory that <c>ops/build-guest</c> filled, in ACTORHA_GUEST.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class GuestFactAttribute : FactAttribute
{
    public GuestFactAttribute() =>
        // Says why where it cannot run; under ops/test a skip is a failure.
        Skip = NeedsFactAttribute.Missing("qemu-system-x86_64", false)
               ?? (File.Exists(Path.Combine(Directory, "kernel")) ? null : "needs ACTORHA_GUEST (ops/build-guest DIR)");

    public static string Directory => Environment.GetEnvironmentVariable("ACTORHA_GUEST") ?? "";
}
