using System.Collections.Immutable;
using ActorHa.World;

namespace ActorHa.Core.Tests;

/// <summary>Who plays, and short words for what they say.</summary>
internal static class Cast
{
    public static readonly MemberName A = new("applejack");
    public static readonly MemberName B = new("rainbowdash");
    public static readonly MemberName W = new("witness");

    public static readonly VmName Mail = new("mail");
    public static readonly VmName Lists = new("lists");
    public static readonly VmName Tickets = new("tickets");
    public static readonly VmName MonitorVm = new("monitor");

    public static readonly Proof AProof = new("modular-server", ["power LED 0", "power LED 0"]);

    public static Incarnation I(long number) => new(number);

    public static Epoch E(long number) => new(number);

    public static TimeSpan Sec(double seconds) => TimeSpan.FromSeconds(seconds);

    public static Instant At(double seconds) => new((long)(seconds * TimeSpan.TicksPerSecond));

    public static AgentRun RunOf(MemberName member, int run = 1) => new($"{member}/run{run}");

    public static BootId BootOf(MemberName member, int life = 1) => new($"0000000{life}-0000-4000-8000-00000000000{(member == A ? 'a' : member == B ? 'b' : 'c')}");

    public static HostJoined Joins(MemberName host, int life = 1, string canSleep = "") =>
        new(host, I(life), BootOf(host, life), [$"02:00:00:00:00:0{(host == A ? 1 : 2)}"], canSleep);

    public static HostAdmitted Admits(MemberName host, int life = 1) => new(host, I(life));

    public static ConfigurationApplied Configures(Action<Site.Builder>? change = null, long number = 1) =>
        new(number, $"sha{number}", $"text {number}", Site.Config(change), "operator");

    public static FenceRequested Asks(MemberName host, MemberName asker, long request = 5, int life = 1, string? person = null) =>
        new(E(request), host, I(life), asker, person);

    public static FenceSwitching Switches(MemberName host, MemberName executor, long request = 5, int run = 1) =>
        new(E(request), host, executor, RunOf(executor, run));

    public static HostFenced Fenced(MemberName host, long request = 5, int life = 1) => new(E(request), host, I(life), AProof);

    public static PeerView Hears(Verdict verdict, Instant? heard, Instant? hearsUs = null, Power power = Power.Unknown, bool direct = true, bool ever = true) =>
        new(verdict, $"evidence of {verdict}", ever, heard, hearsUs, direct, power, 1);

    public static FencerReport Reports(long switching, FencerOutcome outcome, bool allAnswered = true, int level = 0, Proof? proof = null) =>
        new(switching, level, outcome, 1, allAnswered, proof ?? (outcome == FencerOutcome.Proven ? AProof : null), "as the device says");
}
