using System.Collections.Immutable;
using static ActorHa.Core.Tests.Case;
using static ActorHa.Core.Tests.Cast;

namespace ActorHa.Core.Tests;

/// <summary>When fencing of a host is armed: only while its own addresses were seen at its configured plugs, and newly enough.</summary>
public sealed class ArmingTests
{
    private static Case Looks(Case c, bool ready, bool wrong = false) =>
        c.Sees(v => v with { Protections = v.Protections.SetItem(A, new Protection(ready, wrong, Arming.Fingerprint(c.State, A), "as the device says", v.Now)) });

    private static Case Disarmed() => TheSite().And(new FencingDisarmed(A, "another's slot")).Later(1);

    [Fact]
    public void A_look_that_finds_all_well_arms_once()
    {
        var c = Looks(Disarmed(), ready: true);
        c.Decides().ThenBecause("fencing of applejack is armed: as the device says").ThenRecords<FencingArmed>(a => a.Host == A && a.Fingerprint == Arming.Fingerprint(c.State, A));
        c.And(new FencingArmed(A, Arming.Fingerprint(c.State, A), ""));
        Looks(c.Later(1), ready: true).Decides().ThenQuiet();
    }

    [Fact]
    public void A_look_that_finds_less_arms_nothing_and_is_an_alarm()
    {
        Looks(Disarmed(), ready: false).Decides().ThenNothing("applejack is not protected: as the device says", alarm: true);
        Looks(Disarmed(), ready: false, wrong: true).Decides().ThenRecordsNo<FencingDisarmed>().ThenNothing("applejack is not protected: as the device says");
        Disarmed().Decides().ThenNothing("applejack is not protected: its slot is not proven to be its own", alarm: true);
    }

    [Fact]
    public void A_look_of_the_same_moment_or_before_arms_and_disarms_nothing()
    {
        Looks(TheSite(), ready: true).And(new FencingDisarmed(A, "another's slot")).Decides().ThenRecordsNo<FencingArmed>();
        Looks(TheSite(), ready: false, wrong: true).And(new FencingArmed(A, Arming.Fingerprint(TheSite().State, A), "")).Decides().ThenRecordsNo<FencingDisarmed>();
    }

    [Fact]
    public void A_device_that_is_well_does_not_make_up_for_a_host_that_could_sleep()
    {
        var c = TheSite().And(Joins(A, 2, canSleep: "suspend is not masked"), Admits(A, 2)).Later(1);
        Looks(c, ready: true).Decides().ThenSays("applejack is not protected: it could come back from sleep with its VMs running: suspend is not masked", alarm: true);
    }

    [Fact]
    public void Armed_is_only_what_was_proven_of_these_plugs_and_addresses()
    {
        Assert.Equal("", Arming.WhyNot(TheSite().State, A));
        Assert.Equal("its slot is not proven to be its own", Arming.WhyNot(TheSite().And(new FencingArmed(A, "other addresses at other plugs", "")).State, A));
        Assert.Equal("no fence device is configured", Arming.WhyNot(TheSite(b => b.Hosts[A] = new HostConfig(512, [])).State, A));
        // No address is known: nothing can be proven, and nothing equals nothing.
        var nameless = TheSite().And(new HostJoined(A, I(2), BootOf(A, 2), [], "")).And(new FencingArmed(A, "", ""));
        Assert.Equal("", Arming.Fingerprint(nameless.State, A));
        Assert.NotEqual("", Arming.WhyNot(nameless.State, A));
    }

    [Fact]
    public void A_device_is_known_by_its_address_and_without_one_by_all_its_options()
    {
        static string Print(params (string Key, string Value)[] options)
        {
            var s = TheSite().State;
            var device = s.Config.Devices["ims"] with { Options = options.ToImmutableSortedDictionary(o => o.Key, o => o.Value) };
            return Arming.Fingerprint(s with { Config = s.Config with { Devices = s.Config.Devices.SetItem("ims", device) } }, A);
        }
        Assert.Equal(Print(("address", "192.168.41.2")), Print(("address", "192.168.41.2"), ("community", "other")));
        Assert.NotEqual(Print(("address", "192.168.41.2")), Print(("address", "192.168.41.3")));
        Assert.NotEqual(Print(("agent", "fence_a")), Print(("agent", "fence_b")));
    }
}
