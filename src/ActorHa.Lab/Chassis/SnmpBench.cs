using System.Diagnostics;
using System.Globalization;
using System.Net;
using ActorHa.Snmp;
using ActorHa.Snmp.Security;

namespace ActorHa.Lab.Chassis;

/// <summary>
/// What asking costs us: the manager in this process, simulated chassis in another one, so that only our own side is
/// counted. Prints distributions and asserts nothing.
/// </summary>
public static class SnmpBench
{
    private const string User = "bench", Password = "benchPassword";
    private const int Devices = 100;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private static readonly Oid Root = Oid.Parse("1.3.6.1.4.1.343.2.19.1.2.10");

    /// <summary>What a power poll of the driver asks: presence, power LED and serial, in one question.</summary>
    private static readonly Oid[] Poll = [Root.With(202, 1, 1, 2, 1), Root.With(202, 1, 1, 6, 1), Root.With(5, 0)];

    /// <summary>Words: <c>[--polls 3000] [--seconds 20]</c>; <c>devices</c> is the other process.</summary>
    public static async Task<int> RunAsync(IReadOnlyList<string> words, TextWriter output)
    {
        if (words is ["devices"]) return await ServeAsync(output);
        var (polls, seconds) = (Number(words, "--polls", 3000), Number(words, "--seconds", 20));
        using var other = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, [.. Self(), "bench", "snmp", "devices"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        }) ?? throw new LabException("the process of the devices does not start");
        try
        {
            var ports = (await other.StandardOutput.ReadLineAsync() ?? throw new LabException("the devices do not say where they listen"))
                .Split(' ').Select(port => new IPEndPoint(IPAddress.Loopback, int.Parse(port, CultureInfo.InvariantCulture))).ToArray();
            await OneDeviceAsync(ports[0], polls, output);
            await ManyDevicesAsync(ports, seconds, output);
            return 0;
        }
        finally
        {
            // Its standard input ends: it goes.
            other.StandardInput.Close();
            await other.WaitForExitAsync();
        }
    }

    private static async Task OneDeviceAsync(IPEndPoint device, int polls, TextWriter output)
    {
        await using var manager = new SnmpManager(device, new UsmUser(User, AuthProtocol.Sha1, Password));
        var trips = new List<double>(polls);
        for (var i = 0; i < polls / 3; i++) await TimeAsync(manager);
        var (cpu, memory) = (Environment.CpuUsage.TotalTime, GC.GetTotalAllocatedBytes());
        for (var i = 0; i < polls; i++) trips.Add(await TimeAsync(manager));
        cpu = Environment.CpuUsage.TotalTime - cpu;
        memory = GC.GetTotalAllocatedBytes() - memory;
        await output.WriteLineAsync($"one device, {polls} polls one after the other, SHA, authNoPriv");
        await output.WriteLineAsync(Line("round trip, ms", trips));
        await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"  our CPU per poll        {cpu.TotalMilliseconds / polls:0.000} ms (aim 1), {memory / polls} octets allocated"));
    }

    private static async Task ManyDevicesAsync(IPEndPoint[] devices, int seconds, TextWriter output)
    {
        var managers = devices.Select(device => new SnmpManager(device, new UsmUser(User, AuthProtocol.Sha1, Password))).ToArray();
        foreach (var manager in managers) await TimeAsync(manager);
        var (trips, cores) = (new List<double>(), new List<double>());
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1));
        var (at, cpu) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
        for (var second = 0; second < seconds; second++)
        {
            trips.AddRange(await Task.WhenAll(managers.Select(TimeAsync)));
            await timer.WaitForNextTickAsync();
            var (now, used) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
            cores.Add(100 * (used - cpu) / Stopwatch.GetElapsedTime(at, now));
            (at, cpu) = (now, used);
        }
        await output.WriteLineAsync($"{devices.Length} devices, each polled every second, all at once, {seconds} s");
        await output.WriteLineAsync(Line("round trip, ms", trips));
        await output.WriteLineAsync(Line("our CPU, % of a core", cores) + " (aim 5)");
        foreach (var manager in managers) await manager.DisposeAsync();
    }

    private static async Task<double> TimeAsync(SnmpManager manager)
    {
        var began = Stopwatch.GetTimestamp();
        var answer = await manager.GetAsync(Poll, Patience);
        if (answer is not SnmpAnswer.Response { Error: SnmpError.None }) throw new LabException($"the device does not answer: {answer}");
        return Stopwatch.GetElapsedTime(began).TotalMilliseconds;
    }

    private static string Line(string what, List<double> values)
    {
        values.Sort();
        double At(double share) => values[(int)Math.Min(values.Count - 1, share * values.Count)];
        return string.Create(CultureInfo.InvariantCulture,
            $"  {what,-22}  min {values[0]:0.00}  p50 {At(0.5):0.00}  p90 {At(0.9):0.00}  p99 {At(0.99):0.00}  max {values[^1]:0.00}");
    }

    private static async Task<int> ServeAsync(TextWriter output)
    {
        using var stop = new CancellationTokenSource();
        ChassisUser[] users = [new(User, AuthProtocol.Sha1, Password, MayWrite: false)];
        var chassis = Enumerable.Range(0, Devices).Select(i => new ChassisAgent(
            new IPEndPoint(IPAddress.Loopback, 0), $"BENCH-{i:000}", [new Blade()], users, new ChassisFaults())).ToArray();
        var running = Task.WhenAll(chassis.Select(one => one.RunAsync(stop.Token)));
        await output.WriteLineAsync(string.Join(' ', chassis.Select(one => one.EndPoint.Port)));
        await output.FlushAsync();
        await Console.In.ReadToEndAsync();
        await stop.CancelAsync();
        await running;
        foreach (var one in chassis) await one.DisposeAsync();
        return 0;
    }

    /// <summary>What this process was started with: the program itself, or the runtime and the program's file.</summary>
    private static string[] Self() => Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" ? [Environment.GetCommandLineArgs()[0]] : [];

    private static int Number(IReadOnlyList<string> words, string name, int otherwise)
    {
        for (var i = 0; i + 1 < words.Count; i++)
        {
            if (words[i] == name) return int.TryParse(words[i + 1], NumberStyles.None, CultureInfo.InvariantCulture, out var n) && n > 0
                ? n
                : throw new LabException($"{name} needs a number from 1 on, not '{words[i + 1]}'");
        }
        return otherwise;
    }

    private sealed class Blade : IBlade
    {
        public int Slot => 1;

        public IReadOnlyList<byte[]> Macs => [[2, 0, 0, 0, 1, 1]];

        public uint BootCount => 1;

        public bool HasPower => true;

        public void CutPower()
        {
            // The bench's user may not write.
        }

        public void RestorePower()
        {
            // As above.
        }
    }
}
