using ActorHa.Testing;

// One site at a time: its guests run without hardware virtualisation and share the machine's processors.
[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace ActorHa.Site.Tests;

/// <summary>A test on a whole site; skipped, and it says why, where no site can be.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class SiteFactAttribute : FactAttribute
{
    /// <param name="programs">Programs beyond those of every site, separated by blanks.</param>
    public SiteFactAttribute(string programs = "") => Skip = Needs.Missing(programs);
}

/// <summary>As <see cref="SiteFactAttribute"/>, with data.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class SiteTheoryAttribute : TheoryAttribute
{
    /// <param name="programs">Programs beyond those of every site, separated by blanks.</param>
    public SiteTheoryAttribute(string programs = "") => Skip = Needs.Missing(programs);
}

internal static class Needs
{
    /// <summary>Directory of the programs as ops/ builds them.</summary>
    public static string? Artifacts => Environment.GetEnvironmentVariable("ACTORHA_ARTIFACTS");

    private static string? Guest => Environment.GetEnvironmentVariable("ACTORHA_GUEST");

    /// <summary>Why there can be no site here; null when there can be one.</summary>
    public static string? Missing(string programs = "") =>
        NeedsFactAttribute.Missing($"etcd qemu-system-x86_64 nft ip nsenter unshare setsid busybox cpio {programs}", root: true)
        ?? Absent("ACTORHA_ARTIFACTS", Artifacts, "actorha-agent.dll", "actorha-lab.dll")
        ?? Absent("ACTORHA_GUEST", Guest, "kernel", "initrd.gz");

    private static string? Absent(string variable, string? directory, params string[] files) =>
        string.IsNullOrEmpty(directory) ? $"needs {variable} (ops/test sets it)"
        : files.FirstOrDefault(f => !File.Exists(Path.Combine(directory, f))) is { } file ? $"needs {file} in {variable} (ops/test builds it)"
        : null;
}
