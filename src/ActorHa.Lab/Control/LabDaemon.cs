using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace ActorHa.Lab;

/// <summary>A part of the lab that lives in the daemon: started before the hosts have power, stopped after they lost it.</summary>
/// <param name="Name">For the status.</param>
/// <param name="Start">Starts it.</param>
/// <param name="Stop">Ends it.</param>
public sealed record LabService(string Name, Action Start, Func<Task> Stop);

/// <summary>
/// The lab's one long-lived process. It lives in the chassis' network namespace, owns the hosts' power, and answers
/// commands on a unix socket, one line of JSON each.
/// </summary>
public sealed class LabDaemon : IDisposable
{
    private readonly SiteDescription _site;
    private readonly LabPaths _paths;
    private readonly LabNetwork _network;
    private readonly IReadOnlyList<LabHost> _hosts;
    private readonly ChassisSettings _chassis = new();
    private readonly LabCommands _commands;
    private readonly EtcdHealth _health;
    private readonly IReadOnlyList<LabService> _services;
    private readonly TaskCompletionSource _end = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private LabDaemon(SiteDescription site, LabPaths paths)
    {
        _site = site;
        _paths = paths;
        _network = new LabNetwork(site);
        var group = ControlGroup.Of(site.Name);
        _hosts = [.. site.Members.Select(m => new LabHost(site, m, paths, _network, group.Child(m.Name), Say))];
        _health = new EtcdHealth(site);
        _commands = new LabCommands(site, _hosts, _network, _chassis, new EtcdLeader(site, _health).MoveToAsync);
        _services = Services();
    }

    /// <summary>The blades of the chassis, in order of their slots.</summary>
    public IReadOnlyList<HostBlade> Blades =>
        [.. _hosts.Where(h => h.Member.Slot != null).OrderBy(h => h.Member.Slot).Select(h => new HostBlade(h, h.Member.Slot!.Value))];

    /// <summary>Runs until <c>end</c> is asked or SIGTERM comes; then every host has lost its power.</summary>
    public static async Task RunAsync(LabPaths paths)
    {
        var site = SiteDescription.Parse(await File.ReadAllTextAsync(paths.Site), paths.Site);
        using var daemon = new LabDaemon(site, paths);
        await daemon.RunAsync();
    }

    /// <inheritdoc/>
    public void Dispose() => _health.Dispose();

    /// <summary>What lives in the daemon beside the hosts: one line each, in the order of starting.</summary>
    private IReadOnlyList<LabService> Services() =>
    [
        .. _site.Chassis.Simulate ? [new LabService("chassis", () => _simulator = new ChassisService(_site, Blades, _chassis, Path.Combine(_paths.Dir, "chassis.boots"), Say), async () => await (_simulator?.DisposeAsync() ?? default))] : Array.Empty<LabService>(),
        new("watchdogs", () => _watchdogs = new WatchdogBoard(_hosts, _paths, Say), async () => await (_watchdogs?.DisposeAsync() ?? default)),
        new("referee", () => _court = new RefereeService(_paths), async () => await (_court?.DisposeAsync() ?? default)),
    ];

    private ChassisService? _simulator;
    private RefereeService? _court;
    private WatchdogBoard? _watchdogs;

    private async Task RunAsync()
    {
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, c =>
        {
            c.Cancel = true;
            _end.TrySetResult();
        });
        await File.WriteAllTextAsync(_paths.PidFile, Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
        File.Delete(_paths.Socket);
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(_paths.Socket));
        try
        {
            // Before the hosts: a VM that starts finds its serial line, the referee sees every process from its first moment.
            foreach (var service in _services) service.Start();
            foreach (var host in _hosts) host.RestorePower();
            // Whoever can connect finds a lab whose hosts have power.
            listener.Listen(16);
            Say($"the lab {_site.Name} is up in {_paths.Dir}");
            var serving = ServeAsync(listener);
            await _end.Task;
            listener.Close();
            await serving;
        }
        finally
        {
            await EndAsync();
        }
    }

    private async Task EndAsync()
    {
        foreach (var host in _hosts) host.CutPower();
        foreach (var service in _services.Reverse()) await service.Stop();
        File.Delete(_paths.Socket);
        File.Delete(_paths.PidFile);
        Say("the lab has ended");
    }

    private async Task ServeAsync(Socket listener)
    {
        while (true)
        {
            Socket client;
            try
            {
                client = await listener.AcceptAsync();
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                return;
            }
            _ = AnswerAsync(client);
        }
    }

    // Lines of one client in order; clients beside each other: a shutdown of 30 s must not keep a power cut waiting.
    private async Task AnswerAsync(Socket client)
    {
        try
        {
            await using var stream = new NetworkStream(client, ownsSocket: true);
            using var reader = new StreamReader(stream);
            while (await reader.ReadLineAsync() is { } line)
            {
                var reply = await ReplyAsync(line);
                await stream.WriteAsync(System.Text.Encoding.UTF8.GetBytes(LabJson.Line(reply) + "\n"));
                if (reply == Goodbye) _end.TrySetResult();
            }
        }
        catch (IOException)
        {
            // The client has left.
        }
    }

    private static readonly LabReply Goodbye = new() { Text = "the lab ends" };

    private async Task<LabReply> ReplyAsync(string line)
    {
        try
        {
            var request = LabJson.Parse<LabRequest>(line);
            switch (request)
            {
                case { Command: "status", Words: [] }:
                    return new LabReply { Status = Status() };
                case { Command: "health", Words: [] }:
                    return new LabReply { Etcd = await _health.AskAsync() };
                case { Command: "referee", Words: [] }:
                    return new LabReply { Referee = _court?.Judge() };
                case { Command: "end", Words: [] }:
                    return Goodbye;
            }
            // Off this thread: cutting power waits for processes to die.
            var reply = await Task.Run(() => _commands.RunAsync(request));
            Say($"{string.Join(' ', request.Words.Prepend(request.Command))}: {reply.Text} ({reply.Milliseconds:0.0} ms)");
            return reply;
        }
        catch (LabException e)
        {
            return new LabReply { Ok = false, Text = e.Message };
        }
        catch (Exception e)
        {
            // The edge of the daemon: one command's failure must not take the site down with it.
            Say(e.ToString());
            return new LabReply { Ok = false, Text = $"the lab failed: {e.Message} (see {_paths.Log})" };
        }
    }

    private LabStatus Status() => new(
        _site.Name,
        _paths.Dir,
        Environment.ProcessId,
        [.. _hosts.Select(h => new HostStatus(h.Name, h.HasPower, h.Frozen, h.BootCount, h.BootId, h.Uptime?.TotalSeconds, h.Processes))],
        [.. _network.Cuts.Select(c => new CutStatus(c.From, c.To))],
        _chassis.Faults,
        [.. _services.Select(s => s.Name)],
        _simulator?.Asked ?? []);

    private static void Say(string text) =>
        Console.Error.WriteLine($"{DateTime.UtcNow.ToString("yyyy-MM-ddTHH:mm:ss.ffffffZ", CultureInfo.InvariantCulture)} {text}");
}
