using static ActorHa.Core.Tests.Case;
using static ActorHa.Core.Tests.Cast;

namespace ActorHa.Core.Tests;

/// <summary>Each thing that no entry may do, and its neighbour that it may.</summary>
public sealed class InvariantTests
{
    private static string Breach(ClusterState s, params Event[] events) =>
        Invariants.Breach(s, new JournalEntry(1, s.Index + 1, "x", B, DateTimeOffset.UnixEpoch, "", "", [], "", "", [.. events]), s.Evolve(events, s.Index + 1)) ?? "";

    private static Case Free() => TheSite().And(new VmReleased(Mail, E(1), false));

    [Fact]
    public void A_vm_goes_only_to_a_host_that_may_own_it_in_its_life_under_a_new_epoch()
    {
        Assert.Equal("", Breach(Free().State, new VmAssigned(Mail, B, I(1), E(5))));
        Assert.Contains("which may not own VMs", Breach(Free().State, new VmAssigned(Mail, B, I(2), E(5))), StringComparison.Ordinal);
        Assert.Contains("which may not own VMs", Breach(Free().And(Asks(B, A)).State, new VmAssigned(Mail, B, I(1), E(6))), StringComparison.Ordinal);
        Assert.Contains("epoch e4 is not new", Breach(Free().State, new VmAssigned(Mail, B, I(1), E(4))), StringComparison.Ordinal);
        Assert.Contains("epoch e3 is not new", Breach(Free().State, new VmAssigned(Mail, B, I(1), E(3))), StringComparison.Ordinal);
        Assert.Contains("while applejack owns it", Breach(TheSite().State, new VmAssigned(Mail, B, I(1), E(5))), StringComparison.Ordinal);
    }

    [Fact]
    public void A_start_belongs_to_the_owner_in_its_life_under_its_epoch()
    {
        Assert.Equal("", Breach(TheSite().State, new VmStarting(Mail, E(1), I(1), RunOf(A))));
        Assert.Contains("started without being owned", Breach(Free().State, new VmStarting(Mail, E(1), I(1), RunOf(A))), StringComparison.Ordinal);
        Assert.Contains("started without being owned", Breach(TheSite().State, new VmStarting(Mail, E(2), I(1), RunOf(A))), StringComparison.Ordinal);
        Assert.Contains("started without being owned", Breach(TheSite().State, new VmStarting(Mail, E(1), I(2), RunOf(A))), StringComparison.Ordinal);
        Assert.Contains("started without being owned", Breach(TheSite().And(Asks(A, B), Fenced(A)).State, new VmStarting(Mail, E(1), I(1), RunOf(A))), StringComparison.Ordinal);
    }

    [Fact]
    public void What_stands_before_in_the_same_entry_counts()
    {
        Assert.Equal("", Breach(Free().State, new VmAssigned(Mail, B, I(1), E(5)), new VmStarting(Mail, E(5), I(1), RunOf(B))));
        Assert.Contains("while rainbowdash owns it", Breach(Free().State, new VmAssigned(Mail, B, I(1), E(5)), new VmAssigned(Mail, A, I(1), E(6))), StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_is_switched_or_proven_without_its_open_request()
    {
        var asked = TheSite().And(Asks(A, B)).State;
        Assert.Equal("", Breach(asked, Switches(A, B)));
        Assert.Equal("", Breach(asked, Fenced(A)));
        Assert.Contains("I3: applejack is switched without", Breach(asked, Switches(A, B, request: 4)), StringComparison.Ordinal);
        Assert.Contains("I3: applejack is switched without", Breach(TheSite().State, Switches(A, B)), StringComparison.Ordinal);
        Assert.Contains("I3: applejack is proven off for no open request", Breach(asked, Fenced(A, request: 4)), StringComparison.Ordinal);
        Assert.Contains("I3: applejack is proven off for no open request", Breach(TheSite().State, Fenced(A)), StringComparison.Ordinal);
    }

    [Fact]
    public void Where_two_proofs_are_required_one_frees_nothing_but_a_person_s_word_does()
    {
        var c = TheSite(b => b.Policies = b.Policies with { RequireTwoProofs = true }).And(Asks(A, B));
        Assert.Contains("by one proof, two are required", Breach(c.State, Fenced(A)), StringComparison.Ordinal);
        Assert.Equal("", Breach(c.State, new HostFenced(E(5), A, I(1), new Proof(Proof.Person, []))));
        c.And(new FenceHalfProven(E(5), A, I(1), AProof));
        Assert.Contains("by one proof, two are required", Breach(c.State, Fenced(A)), StringComparison.Ordinal);
        Assert.Equal("", Breach(c.And(new WatchdogArmed(A, I(1), Sec(10), Sec(6), "")).State, Fenced(A)));
    }

    [Theory]
    [InlineData(2, 1)]
    [InlineData(3, 1)]
    [InlineData(4, 1)]
    [InlineData(5, 2)]
    [InlineData(7, 3)]
    public void Of_so_many_hosts_so_many_may_be_closed_at_once(int hosts, int closed)
    {
        var names = Enumerable.Range(0, hosts).Select(i => new MemberName($"host{i}")).ToArray();
        var c = TheSite(b => { b.Hosts.Clear(); b.Vms.Clear(); foreach (var h in names) b.Hosts[h] = new HostConfig(64, []); });
        foreach (var h in names) c.And(Joins(h), Admits(h));
        for (var i = 0; i < closed; i++)
        {
            Assert.Equal("", Breach(c.State, Asks(names[i], W, 10 + i)));
            c.And(Asks(names[i], W, 10 + i));
        }
        Assert.StartsWith("I4", Breach(c.State, Asks(names[closed], W, 30)), StringComparison.Ordinal);
        // Whatever closed it: the count is taken after each entry.
        Assert.Equal("", Breach(c.State));
        Assert.StartsWith($"I4: {closed + 1} hosts are closed at once", Breach(c.And(Asks(names[closed], W, 30)).State), StringComparison.Ordinal);
    }
}
