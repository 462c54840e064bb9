using ActorHa.Ports.Api;

namespace ActorHa.Cli.Tests;

internal static class Samples
{
    private static readonly DateTimeOffset Noon = new(2026, 1, 2, 12, 0, 0, TimeSpan.Zero);

    public static readonly StatusDto Well = new(
        "ppnrw", "applejack", "host", true, "a write was accepted 0.4 s ago", 1, 4711, 7, new(false), [], [],
        [
            new("applejack", "host", "alive", 3, true, false, false, new(true, "blade 1 reads on", 12_000), 7, null, 14_336, 22_528, 0),
            new("rainbowdash", "host", "alive", 2, true, false, false, new(true, "blade 2 reads on", 47_000), 7, 80, 13_312, 22_528, 0),
            new("witness", "witness", "alive", 1, false, false, false, null, 7, 64, 0, 0, 0),
        ],
        [
            new("blogs", 200, true, VmState.Active, "rainbowdash", 5, Noon.AddDays(-9), "started on its home", 12_288, false),
            new("mail", 900, true, VmState.Active, "applejack", 4, Noon.AddMinutes(-185), "started on its preferred host", 8_192, true),
            new("test", 10, false, VmState.Stopped, null, 3, Noon.AddMinutes(-12), "stopped by twilight", 96, true),
        ]);

    public static readonly StatusDto InTrouble = Well with
    {
        Quorate = false,
        QuorateDetail = "no write was accepted for 9 s",
        Maintenance = new(true, Noon.AddMinutes(100)),
        Alarms = [new("fence-device-silent", "ims does not answer: [timeout] after 2 s", Noon.AddMinutes(-3))],
        Refusals = [new("lists", "waits: needs 4G, rainbowdash has 1G left")],
        Members =
        [
            Well.Members[0] with { Verdict = "silent", BeatAgeMs = 2400, Closed = true, Fences = 1, ConfigNumber = 6, Protection = new(false, "ims does not answer", null) },
            Well.Members[1] with { Admitted = false },
            Well.Members[2] with { Verdict = "unknown", BeatAgeMs = null, Incarnation = 0, ConfigNumber = null },
        ],
        Member = "rainbowdash",
        Vms =
        [
            new("lists", 800, true, VmState.Waiting, null, 0, null, "does not fit: needs 4G, and rainbowdash, the only host that is open, has 1G left of 22G", 4_096, true),
            new("mail", 900, true, VmState.Starting, "rainbowdash", 9, Noon.AddSeconds(-2), "applejack is proven off", 8_192, true),
        ],
    };

    public static readonly HistoryDto History = new(
        [
            new(4710, Noon.AddSeconds(-5), "rainbowdash", "PeerSilent applejack", "applejack is silent and its blade reads off: fence requested (e4)", ["last beat 2.4 s ago"], ["FenceRequested applejack e4"]),
            new(4711, Noon, "rainbowdash", "FenceProven applejack", "applejack is proven off: mail is free → assigned to rainbowdash", [], ["VmAssigned mail rainbowdash e9"]),
        ], 4711);
}
