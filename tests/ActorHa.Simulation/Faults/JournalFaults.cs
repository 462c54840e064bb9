using System.Collections.Immutable;
using ActorHa.Core;
using ActorHa.World;

namespace ActorHa.Simulation;

/// <summary>etcd, as its clients see it.</summary>
internal static class JournalFaults
{
    public static readonly ImmutableArray<FaultKind> All =
    [
        new("etcd member down", "journal", 4, Whom.Member, (_, m, _) => { m.EtcdUp = false; return () => m.EtcdUp = true; }),
        new("leader lost", "journal", 4, Whom.Nobody, (w, _, _) => { w.Journal.LoseLeader(); return null; }),
        new("disk slow", "journal", 3, Whom.Member, (w, m, f) => { w.Journal.SlowDisk(m, TimeSpan.FromMilliseconds(50 + (f.Salt % 1500))); return () => w.Journal.SlowDisk(m, TimeSpan.Zero); }),
        new("all disks slow", "journal", 2, Whom.Nobody, (w, _, f) =>
        {
            foreach (var m in w.Members) w.Journal.SlowDisk(m, TimeSpan.FromMilliseconds(20 + (f.Salt % 900)));
            return () => { foreach (var m in w.Members) w.Journal.SlowDisk(m, TimeSpan.Zero); };
        }),
        new("appends unknown", "journal", 8, Whom.Nobody, (w, _, f) => { w.Journal.UnknownRate = 0.1 + (f.Salt % 60 / 100.0); return () => w.Journal.UnknownRate = 0; }),
        new("reads stale", "journal", 5, Whom.Member, (w, m, f) => { w.Journal.Behind(m, 1 + (f.Salt % 6)); return () => w.Journal.Behind(m, 0); }),
        new("older journal put back", "journal", 3, Whom.Nobody, (w, _, f) => w.Journal.StandIn(Lost(w, f))),
        new("older journal accepted", "journal", 2, Whom.Member, (w, m, f) =>
        {
            var end = w.Journal.StandIn(Lost(w, f));
            // One member after the other is started anew, and asked until one accepts.
            for (var i = 0; i < 9; i++)
                w.Time.After(TimeSpan.FromSeconds(3 + i * 5), () =>
                {
                    if (!w.Journal.IsPutBack) return;
                    m.CrashAgent(TimeSpan.FromMilliseconds(300));
                    w.Time.After(TimeSpan.FromSeconds(4), () => { if (w.Journal.IsPutBack) m.Command(new AcceptJournal(w.Journal.State.Config.Name, "operator")); });
                });
            return end;
        }),
        // Drawn from dice of their own: other seeds stay what they were.
        new("watch confused", "journal", 0, Whom.Member, (_, m, _) => { m.WatchConfused = true; return () => m.WatchConfused = false; }),
        new("newer version's entries", "journal", 0, Whom.Member, (w, m, _) => { w.Journal.Outdate(m); return () => Upgrade(w, m); }),
        new("watch silent", "journal", 3, Whom.Member, (_, m, _) => { m.WatchSilent = true; return () => m.WatchSilent = false; }),
    ];

    /// <summary>One of them in one of six plans.</summary>
    public static IEnumerable<Fault> Draw(Random own, double within)
    {
        if (own.Next(6) == 0) yield return new Fault(own.NextDouble() * within, own.Next(2) == 0 ? "watch confused" : "newer version's entries", own.Next(3), own.NextDouble() * 120, own.Next(1 << 20));
    }

    /// <summary>Its agent is brought to the version that wrote what it could not read.</summary>
    public static void Upgrade(WorldModel w, SimMember m)
    {
        if (w.Journal.Upgrade(m)) m.CrashAgent(TimeSpan.FromSeconds(1));
    }

    /// <summary>So many of the newest entries that every member has seen one of them: who has not, and hears nobody who has, is not protected (decision 0031).</summary>
    private static int Lost(WorldModel w, Fault f)
    {
        var seen = w.Members.Min(m => m.SeenIn(w.Journal.Line));
        return seen > 1 ? (int)Math.Min(w.Journal.State.Index - seen + 1 + (f.Salt % 6), w.Journal.State.Index - 1) : 0;
    }
}
