using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using ActorHa.Snmp;
using ActorHa.Snmp.Security;

namespace ActorHa.Testing;

/// <summary>net-snmp's agent on a free loopback port, with the chassis script behind it. Needs snmpd and python3.</summary>
internal sealed class SnmpdChassis : IAsyncDisposable
{
    public const string Programs = "snmpd snmpget python3";

    public static readonly Oid PowerLed = Oid.Parse("1.3.6.1.4.1.343.2.19.1.2.10.202.1.1.6");

    private readonly string directory = Directory.CreateTempSubdirectory("snmpd").FullName;
    private readonly bool keepBoots;
    private Process? process;

    private SnmpdChassis(bool keepBoots)
    {
        this.keepBoots = keepBoots;
        EndPoint = FreePort();
    }

    public IPEndPoint EndPoint { get; }

    public static UsmUser Reader => new("imsro", AuthProtocol.Sha1, "roPassword1");

    public static UsmUser Writer => new("imsrw", AuthProtocol.Sha1, "rwPassword1");

    public static UsmUser Private => new("imspriv", AuthProtocol.Sha256, "authPass256", PrivProtocol.Aes128, "privPass128");

    public const string AuthPassword = "authPassword1", PrivPassword = "privPassword1";

    /// <summary>A user for each authentication and each encryption, named by them; all may write.</summary>
    public static UsmUser UserOf(AuthProtocol auth, PrivProtocol priv) => new(
        $"u{auth}{priv}", auth, AuthPassword, priv, priv == PrivProtocol.None ? null : PrivPassword);

    /// <summary>net-snmp's word for it.</summary>
    public static string WordOf(AuthProtocol auth) => auth switch
    {
        AuthProtocol.Md5 => "MD5",
        AuthProtocol.Sha1 => "SHA",
        AuthProtocol.Sha224 => "SHA-224",
        AuthProtocol.Sha256 => "SHA-256",
        AuthProtocol.Sha384 => "SHA-384",
        AuthProtocol.Sha512 => "SHA-512",
        _ => throw new ArgumentOutOfRangeException(nameof(auth)),
    };

    /// <summary>net-snmp's word for it.</summary>
    public static string WordOf(PrivProtocol priv) => priv == PrivProtocol.Des ? "DES" : "AES";

    public static IEnumerable<(AuthProtocol Auth, PrivProtocol Priv)> Protocols =>
        Enum.GetValues<AuthProtocol>().Where(auth => auth != AuthProtocol.None)
            .SelectMany(auth => Enum.GetValues<PrivProtocol>().Select(priv => (auth, priv)));

    private static string UsersOfEachProtocol() => string.Join('\n', Protocols.Select(p =>
    {
        var (name, signs) = ($"u{p.Auth}{p.Priv}", $"{WordOf(p.Auth)} \"{AuthPassword}\"");
        return p.Priv == PrivProtocol.None
            ? $"createUser {name} {signs}\nrwuser {name} auth .1.3.6.1"
            : $"createUser {name} {signs} {WordOf(p.Priv)} \"{PrivPassword}\"\nrwuser {name} priv .1.3.6.1";
    }));

    /// <param name="keepBoots">False: the device forgets its boots, as one that keeps nothing on disk.</param>
    public static async Task<SnmpdChassis> StartAsync(bool keepBoots = true)
    {
        var chassis = new SnmpdChassis(keepBoots);
        foreach (var sub in new[] { "cfg", "persist", "state" }) Directory.CreateDirectory(Path.Combine(chassis.directory, sub));
        File.Copy(Path.Combine(AppContext.BaseDirectory, "Snmpd", "chassis.py"), chassis.Script);
        chassis.Configure("80001f880302fc00000001");
        try
        {
            await chassis.RestartAsync();
            return chassis;
        }
        catch
        {
            // A daemon that does not answer runs all the same: it does not outlive the test.
            await chassis.DisposeAsync();
            throw;
        }
    }

    private string Script => Path.Combine(directory, "chassis.py");

    /// <summary>The daemon's next life is another engine, as a management module that was replaced.</summary>
    public async Task ReplaceEngineAsync(string engine)
    {
        await StopAsync();
        // The users' stored keys were made for the engine before.
        Directory.Delete(Path.Combine(directory, "persist"), recursive: true);
        Configure(engine);
        await RestartAsync();
    }

    private void Configure(string engine)
    {
        File.WriteAllText(Path.Combine(directory, "cfg", "snmpd.conf"), $"""
            agentAddress udp:{EndPoint}
            exactEngineID 0x{engine}
            createUser imsro SHA "roPassword1"
            createUser imsrw SHA "rwPassword1"
            createUser imspriv SHA-256 "authPass256" AES "privPass128"
            rouser imsro auth .1.3.6.1
            rwuser imsrw auth .1.3.6.1
            rwuser imspriv priv .1.3.6.1
            {UsersOfEachProtocol()}
            createUser nobody1
            rouser nobody1 noauth .1.3.6.1
            rocommunity looking 127.0.0.1
            rwcommunity writing 127.0.0.1
            pass_persist .1.3.6.1.4.1.343.2.19.1.2.10 /usr/bin/python3 -u {Script} {directory}/state

            """);
    }

    /// <summary>Sets one of the script's files.</summary>
    public void Set(string name, string value)
    {
        // Written beside and moved: the script never reads half a file.
        var fresh = Path.Combine(directory, name + ".new");
        File.WriteAllText(fresh, value);
        File.Move(fresh, Path.Combine(directory, "state", name), overwrite: true);
    }

    /// <summary>The SETs that the script has done: "slot value".</summary>
    public string[] Sets
    {
        get
        {
            var file = Path.Combine(directory, "state", "sets");
            return File.Exists(file) ? File.ReadAllLines(file) : [];
        }
    }

    /// <summary>Ends the daemon in its orderly way, where it stores its boots, and starts it again.</summary>
    public async Task RestartAsync()
    {
        await StopAsync();
        if (!keepBoots && Directory.Exists(Path.Combine(directory, "persist"))) Directory.Delete(Path.Combine(directory, "persist"), recursive: true);
        var start = new ProcessStartInfo("/usr/sbin/snmpd")
        {
            ArgumentList = { "-f", "-LF", "w", Path.Combine(directory, "log"), "-p", Path.Combine(directory, "pid"), "-I", "-smux" },
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        start.Environment["MIBS"] = "";
        start.Environment["SNMP_PERSISTENT_DIR"] = Path.Combine(directory, "persist");
        start.Environment["SNMPCONFPATH"] = $"{directory}/cfg:{directory}/persist";
        process = Process.Start(start)!;
        await using var manager = new SnmpManager(EndPoint, Reader);
        var answer = await manager.GetAsync([PowerLed.With(1)], TimeSpan.FromSeconds(30));
        Assert.True(answer is SnmpAnswer.Response, $"snmpd does not answer: {answer}");
    }

    public async Task StopAsync()
    {
        if (process is null) return;
        using (var kill = Process.Start("kill", ["-TERM", $"{process.Id}"])) await kill.WaitForExitAsync();
        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(30));
        process.Dispose();
        process = null;
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            await StopAsync();
        }
        finally
        {
            process?.Kill();
            Directory.Delete(directory, recursive: true);
        }
    }

    /// <summary>A UDP port of the loopback that nobody had a moment ago.</summary>
    public static IPEndPoint FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return (IPEndPoint)socket.LocalEndPoint!;
    }
}

/// <summary>Runs a program and waits for its end.</summary>
internal static class Program
{
    public static async Task<(int Exit, string Output)> RunAsync(string file, IEnumerable<string> arguments, string input = "")
    {
        var start = new ProcessStartInfo(file, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["MIBS"] = "";
        // net-snmp's tools keep what they learned of engines in one file for all of them; two that run beside each other read half of it.
        var kept = Directory.CreateTempSubdirectory("snmp-tool");
        kept.CreateSubdirectory("cert_indexes");
        start.Environment["SNMP_PERSISTENT_DIR"] = kept.FullName;
        try
        {
            using var process = Process.Start(start)!;
            await process.StandardInput.WriteAsync(input);
            process.StandardInput.Close();
            var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
            await process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(60));
            return (process.ExitCode, await output + await error);
        }
        finally
        {
            kept.Delete(recursive: true);
        }
    }
}

/// <summary>A clock that moves when it is told to; timers run on the real one.</summary>
internal sealed class ShiftedTime : TimeProvider
{
    private long shift;

    public void Advance(TimeSpan by) => Interlocked.Add(ref shift, (long)(by.TotalSeconds * TimestampFrequency));

    public override long GetTimestamp() => System.GetTimestamp() + Interlocked.Read(ref shift);
}
