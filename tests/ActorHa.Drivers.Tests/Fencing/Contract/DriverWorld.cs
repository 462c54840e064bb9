using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using ActorHa.Configuration;
using ActorHa.Drivers.Tests.Fencing.FenceAgent;
using ActorHa.Lab.Chassis;
using ActorHa.Snmp.Security;

namespace ActorHa.Drivers.Tests.Fencing.Contract;

/// <summary>A device that a driver of the registry can be pointed at, and what can go wrong with it. One per driver.</summary>
internal abstract class DriverWorld : IAsyncDisposable
{
    /// <summary>The worlds by driver: a new driver is covered by its line here. Given is the patience that the device's own options grant, where it has such an option.</summary>
    public static readonly ImmutableSortedDictionary<string, Func<TimeSpan, DriverWorld>> Of = new Dictionary<string, Func<TimeSpan, DriverWorld>>
    {
        ["modular-server"] = _ => new ChassisWorld(),
        ["fence-agent"] = granted => new AgentWorld(granted),
    }.ToImmutableSortedDictionary();

    /// <summary>The device's options as the configuration would hold them.</summary>
    public abstract IEnumerable<(string, string)> Options { get; }

    /// <summary>The password in the member's file.</summary>
    public virtual Secret Password => new("switchThePower");

    public virtual string AgentFolder => "/nonexistent";

    /// <summary>Whether the host behind plug 1 has power.</summary>
    public abstract bool HasPower { get; set; }

    /// <summary>From now on nothing answers.</summary>
    public abstract void Darken();

    /// <summary>From now on each answer comes late by so much; zero: at once.</summary>
    public abstract void Delay(TimeSpan by);

    /// <summary>From now on the device says neither on nor off, in each way that it has; the next way at each call, false after the last.</summary>
    public abstract bool Blur();

    public abstract ValueTask DisposeAsync();

    private sealed class ChassisWorld : DriverWorld
    {
        private readonly WorldBlade blade = new(1);
        private readonly ChassisFaults faults = new();
        private readonly CancellationTokenSource stop = new();
        private readonly Queue<int> odd = new([1, -1, -16, -32, 3, 4]);
        private readonly ChassisAgent chassis;
        private readonly Task running;

        public ChassisWorld()
        {
            chassis = new(new IPEndPoint(IPAddress.Loopback, 0), "LAB-0001", [blade], [new ChassisUser("fencer", AuthProtocol.Sha1, "switchThePower", MayWrite: true)], faults);
            running = chassis.RunAsync(stop.Token);
        }

        public override IEnumerable<(string, string)> Options =>
            [("address", "127.0.0.1"), ("port", chassis.EndPoint.Port.ToString(CultureInfo.InvariantCulture)), ("user", "fencer"), ("auth", "SHA"), ("level", "authNoPriv")];

        public override bool HasPower
        {
            get => blade.HasPower;
            set
            {
                if (value) blade.RestorePower();
                else blade.CutPower();
            }
        }

        public override void Darken() => faults.Silent = true;

        public override void Delay(TimeSpan by) => faults.Delay = by;

        public override bool Blur()
        {
            if (!odd.TryDequeue(out var reading)) return false;
            faults.OddReading = reading;
            return true;
        }

        public override async ValueTask DisposeAsync()
        {
            await stop.CancelAsync();
            await running;
            await chassis.DisposeAsync();
            stop.Dispose();
        }
    }

    private sealed class AgentWorld(TimeSpan granted) : DriverWorld
    {
        private readonly HabitBench bench = new();
        private readonly Queue<string> words = new(["standby", "", "unknown", "off off", "0"]);

        public override IEnumerable<(string, string)> Options =>
            bench.Options("world", patience: granted).Select(o => (o.Key, o.Value));

        public override string AgentFolder => bench.Folder;

        public override bool HasPower { get => bench.Power == "on"; set => bench.Power = value ? "on" : "off"; }

        public override void Darken() => bench.World = "dark";

        public override void Delay(TimeSpan by) => bench.World = by.TotalSeconds.ToString(CultureInfo.InvariantCulture);

        public override bool Blur()
        {
            if (!words.TryDequeue(out var word)) return false;
            bench.Power = word;
            return true;
        }

        public override ValueTask DisposeAsync()
        {
            bench.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
