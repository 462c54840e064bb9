using ActorHa.Ports.Api;

namespace ActorHa.Cli.Views;

/// <summary>The protection page: one block per host, the verdict first, then what it rests on.</summary>
internal static class ProtectionView
{
    public static void Print(Terminal terminal, IReadOnlyList<MemberDto> hosts)
    {
        if (hosts.Count == 0) terminal.Out.WriteLine("no hosts: no configuration is applied yet");
        var now = terminal.Clock.GetUtcNow();
        foreach (var host in hosts)
        {
            var p = host.Protection;
            Line(terminal, $"{host.Name}: {(p is { Ready: true } ? "protected" : "NOT PROTECTED")}");
            Line(terminal, $"  because       {p?.Detail ?? "fencing was never checked"}");
            Line(terminal, $"  checked       {Age(p?.AgeMs)}, last found well {Age(p?.ProvenAgeMs)}{(p?.RoundTripMs is { } ms ? $", the device answers in {ms} ms" : "")}");
            Line(terminal, $"  switched off  {(p?.Switched is { } at ? $"{Ages.Of(now - at)} ago, proven" : "never by this cluster, as far as is known here: only a drill shows that its device may switch")}");
            Line(terminal, $"  drill         {p?.Drill ?? $"none yet: actorha fence drill {host.Name}"}");
        }
    }

    private static string Age(long? ms) => ms is { } age ? $"{Ages.Of(TimeSpan.FromMilliseconds(age))} ago" : "never";

    private static void Line(Terminal terminal, string text) => terminal.Out.WriteLine(Terminal.Plain(text));
}
