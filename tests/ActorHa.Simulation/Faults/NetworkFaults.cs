using System.Collections.Immutable;
using ActorHa.World;

namespace ActorHa.Simulation;

/// <summary>Links among the members, and to the chassis.</summary>
internal static class NetworkFaults
{
    public static readonly ImmutableArray<FaultKind> All =
    [
        new("link cut", "network", 6, Whom.Member, (w, m, f) => Cut(w, m, Other(w, m, f), both: true)),
        new("link cut one way", "network", 5, Whom.Member, (w, m, f) => Cut(w, m, Other(w, m, f), both: false)),
        new("isolated", "network", 7, Whom.Member, (w, m, _) => Isolated(w, m, chassis: true)),
        new("isolated, reaches the chassis", "network", 4, Whom.Member, (w, m, _) => Isolated(w, m, chassis: false)),
        new("deaf", "network", 4, Whom.Member, (_, m, _) => { m.Deaf = true; return () => m.Deaf = false; }),
        new("links bad", "network", 4, Whom.Nobody, (w, _, f) => Bad(w, new LinkTrouble((f.Salt % 70) / 100.0, 0.2, 0.2, TimeSpan.FromMilliseconds(f.Salt % 2500), 0.02))),
        new("links jitter", "network", 2, Whom.Nobody, (w, _, _) => Bad(w, LinkTrouble.Documented)),
        new("chassis unreachable", "network", 4, Whom.Member, (w, m, _) => { w.Network.CutChassis(m); return () => w.Network.CutChassis(m, false); }),
    ];

    private static SimMember Other(WorldModel w, SimMember m, Fault f) => w.Members[(m.Number + 1 + (f.Salt % 2)) % w.Size];

    private static Action Cut(WorldModel w, SimMember a, SimMember b, bool both)
    {
        w.Network.Cut(a, b);
        if (both) w.Network.Cut(b, a);
        return () =>
        {
            w.Network.Cut(a, b, false);
            if (both) w.Network.Cut(b, a, false);
        };
    }

    private static Action Isolated(WorldModel w, SimMember m, bool chassis)
    {
        void Set(bool cut)
        {
            foreach (var o in w.Members.Where(o => o != m))
            {
                w.Network.Cut(m, o, cut);
                w.Network.Cut(o, m, cut);
            }
            if (chassis) w.Network.CutChassis(m, cut);
        }
        Set(true);
        return () => Set(false);
    }

    private static Action Bad(WorldModel w, LinkTrouble trouble)
    {
        void Set(LinkTrouble? t)
        {
            foreach (var a in w.Members)
                foreach (var b in w.Members)
                    if (a != b) w.Network.Trouble(a, b, t);
        }
        Set(trouble);
        return () => Set(null);
    }
}
