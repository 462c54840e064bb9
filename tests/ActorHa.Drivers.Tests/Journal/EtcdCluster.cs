using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using ActorHa.Core;
using ActorHa.Drivers.Journal.Etcd;

namespace ActorHa.Drivers.Tests.Journal;

/// <summary>Three real etcd members on loopback. Disposing ends the processes it started and removes their data.</summary>
internal sealed class EtcdCluster : IAsyncDisposable
{
    public static readonly ImmutableArray<MemberName> Names = [new("applejack"), new("rainbowdash"), new("spike")];

    private const int Cont = 18, Stop = 19;
    private readonly Process?[] _processes = new Process?[Names.Length];
    private readonly (int Client, int Peer)[] _ports = new (int, int)[Names.Length];
    private readonly string _dir = Directory.CreateTempSubdirectory("actorha-etcd-").FullName;
    private readonly bool _tls;
    private readonly string _extra;

    private EtcdCluster(bool tls, string extra)
    {
        _tls = tls;
        _extra = extra;
        AppDomain.CurrentDomain.ProcessExit += KillAll;
    }

    public string Pki => Path.Combine(_dir, "pki");

    public static async Task<EtcdCluster> StartAsync(bool tls = false, string extra = "")
    {
        // A port that was free a moment ago may be taken by another program now: once more with others.
        for (var attempt = 1; ; attempt++)
        {
            var cluster = new EtcdCluster(tls, extra);
            try
            {
                await cluster.StartAllAsync();
                return cluster;
            }
            catch when (attempt < 3)
            {
                await cluster.DisposeAsync();
            }
            catch
            {
                await cluster.DisposeAsync();
                throw;
            }
        }
    }

    /// <summary>Options for an agent whose own etcd member is the named one.</summary>
    public EtcdOptions Options(MemberName? local = null)
    {
        var first = local is { } name ? Names.IndexOf(name) : 0;
        return new EtcdOptions
        {
            Members = [.. Enumerable.Range(0, Names.Length).Select(i => Endpoint((i + first) % Names.Length))],
            Tls = _tls ? TlsOf(Names[first]) : null,
        };
    }

    public EtcdTls TlsOf(MemberName name) =>
        new(Path.Combine(Pki, "ca.crt"), Path.Combine(Pki, $"{name}.crt"), Path.Combine(Pki, $"{name}.key"));

    public EtcdEndpoint Endpoint(int i) => new(Names[i], new Uri($"{Scheme}://127.0.0.1:{_ports[i].Client}"));

    public void KillMember(MemberName name)
    {
        var process = _processes[Names.IndexOf(name)]!;
        process.Kill();
        process.WaitForExit();
    }

    /// <summary>Returns when it has stopped: a signal is only on its way, and a thread under way may still answer.</summary>
    public void Freeze(MemberName name)
    {
        Signal(name, Stop);
        var tasks = $"/proc/{_processes[Names.IndexOf(name)]!.Id}/task";
        Assert.True(SpinWait.SpinUntil(() => Directory.GetDirectories(tasks).All(t => State(t) == 'T'), TimeSpan.FromSeconds(10)), $"{name} does not stop");

        // proc(5): the state follows the name, which stands in parentheses and may hold any of them.
        static char State(string task) => File.ReadAllText(Path.Combine(task, "stat")) is var stat ? stat[stat.LastIndexOf(')') + 2] : ' ';
    }

    public void Thaw(MemberName name) => Signal(name, Cont);

    public void Restart(MemberName name) => StartMember(Names.IndexOf(name), "existing");

    public async Task<MemberName> LeaderAsync()
    {
        await using var members = new EtcdMembers(Options());
        var leadership = new EtcdLeadership(members);
        MemberName? leader = null;
        await Eventually.TrueAsync(
            async () => (leader = await leadership.LookAsync() is { Sure: true } report ? report.Leader : null) is not null, "a leader");
        return leader!.Value;
    }

    public ValueTask DisposeAsync()
    {
        AppDomain.CurrentDomain.ProcessExit -= KillAll;
        KillAll(null, EventArgs.Empty);
        foreach (var process in _processes)
        {
            process?.WaitForExit();
            process?.Dispose();
        }

        Directory.Delete(_dir, recursive: true);
        return ValueTask.CompletedTask;
    }

    public string LogOf(MemberName name) => File.ReadAllText(Path.Combine(_dir, $"{name}.log"));

    private string Scheme => _tls ? "https" : "http";

    private async Task StartAllAsync()
    {
        if (_tls) Programs.Run(Programs.InRepository("ops/make-certificates"), [Pki, .. Names.Select(n => $"{n}=127.0.0.1"), "pinkiepie"]);
        var free = FreePorts(Names.Length * 2);
        for (var i = 0; i < Names.Length; i++) _ports[i] = (free[2 * i], free[2 * i + 1]);
        for (var i = 0; i < Names.Length; i++) StartMember(i, "new");
        await using var members = new EtcdMembers(Options());
        var leadership = new EtcdLeadership(members);
        await Eventually.TrueAsync(
            async () =>
            {
                for (var i = 0; i < Names.Length; i++)
                {
                    if (_processes[i]!.HasExited) throw new InvalidOperationException(LogOf(Names[i]));
                }

                return await leadership.LookAsync() is { Sure: true } report && report.Members.All(m => m.Answered);
            },
            "three members and a leader");
    }

    private void StartMember(int i, string state)
    {
        var (client, peer) = _ports[i];
        var name = Names[i];
        var flags = new List<string>
        {
            $"--name={name}", $"--data-dir={Path.Combine(_dir, name.Value)}",
            $"--listen-client-urls={Scheme}://127.0.0.1:{client}", $"--advertise-client-urls={Scheme}://127.0.0.1:{client}",
            $"--listen-peer-urls={Scheme}://127.0.0.1:{peer}", $"--initial-advertise-peer-urls={Scheme}://127.0.0.1:{peer}",
            $"--initial-cluster={string.Join(',', Names.Select((n, j) => $"{n}={Scheme}://127.0.0.1:{_ports[j].Peer}"))}",
            $"--initial-cluster-state={state}", $"--initial-cluster-token={Path.GetFileName(_dir)}",
            "--heartbeat-interval=50", "--election-timeout=500", "--pre-vote=true", "--logger=zap", "--log-level=warn",
        };
        flags.AddRange(_extra.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        if (_tls)
        {
            var tls = TlsOf(name);
            foreach (var prefix in new[] { "--", "--peer-" })
                flags.AddRange([$"{prefix}cert-file={tls.CertFile}", $"{prefix}key-file={tls.KeyFile}", $"{prefix}trusted-ca-file={tls.CaFile}", $"{prefix}client-cert-auth"]);
        }

        // Through a shell that turns into etcd: its words go to a file, for no pipe here can fill up and block it.
        var start = new ProcessStartInfo("/bin/sh") { UseShellExecute = false };
        foreach (var argument in (string[])["-c", "log=$1; shift; exec etcd \"$@\" >>\"$log\" 2>&1", "sh", Path.Combine(_dir, $"{name}.log"), .. flags])
            start.ArgumentList.Add(argument);
        _processes[i]?.Dispose();
        _processes[i] = Process.Start(start)!;
    }

    private void KillAll(object? sender, EventArgs e)
    {
        foreach (var process in _processes)
        {
            if (process is { HasExited: false }) process.Kill();
        }
    }

    private void Signal(MemberName name, int signal) => Assert.Equal(0, kill(_processes[Names.IndexOf(name)]!.Id, signal));

    private static int[] FreePorts(int count)
    {
        var listeners = Enumerable.Range(0, count).Select(_ => new TcpListener(IPAddress.Loopback, 0)).ToArray();
        foreach (var listener in listeners) listener.Start();
        var ports = listeners.Select(l => ((IPEndPoint)l.LocalEndpoint).Port).ToArray();
        foreach (var listener in listeners) listener.Stop();
        return ports;
    }

    [DllImport("libc", SetLastError = true)]
    private static extern int kill(int pid, int signal);
}

/// <summary>Waiting on conditions, with a generous limit.</summary>
internal static class Eventually
{
    public static async Task TrueAsync(Func<Task<bool>> condition, string what, int seconds = 30)
    {
        var began = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            if (Stopwatch.GetElapsedTime(began).TotalSeconds > seconds)
                throw new TimeoutException(string.Create(CultureInfo.InvariantCulture, $"no {what} within {seconds} s"));
            await Task.Delay(20);
        }
    }

    public static Task TrueAsync(Func<bool> condition, string what, int seconds = 30) =>
        TrueAsync(() => Task.FromResult(condition()), what, seconds);
}

/// <summary>Programs of the repository.</summary>
internal static class Programs
{
    public static string InRepository(string path)
    {
        var dir = new DirectoryInfo(AppContext.BaseDirectory);
        while (dir is not null && !File.Exists(Path.Combine(dir.FullName, "ActorHa.sln"))) dir = dir.Parent;
        return Path.Combine(dir?.FullName ?? throw new InvalidOperationException("not inside the repository"), path);
    }

    public static (int Exit, string Output) Try(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output + errors.Result);
    }

    public static string Run(string program, params string[] arguments)
    {
        var (exit, output) = Try(program, arguments);
        return exit == 0 ? output : throw new InvalidOperationException($"{program} ended with {exit}: {output}");
    }
}
