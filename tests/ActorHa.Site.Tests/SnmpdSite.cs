using System.Diagnostics;
using System.Globalization;
using ActorHa.Lab;

namespace ActorHa.Site.Tests;

/// <summary>
/// A site whose chassis is net-snmp's agent with a script behind it: every packet that fences is understood by somebody
/// else's SNMP. The script acknowledges SETs and does not follow them; this does, by pulling the host's plug, and only then
/// tells the script: as a true chassis, it never says off before it is off.
/// </summary>
public sealed class SnmpdSite : SiteUnderTest
{
    public const string Programs = "snmpd python3";

    private readonly CancellationTokenSource _end = new();
    private SiteDescription? _site;
    private Process? _snmpd;
    private Task _following = Task.CompletedTask;

    protected override string Agent => Path.Combine(Needs.Artifacts!, "actorha-agent.dll");

    /// <summary>The SETs that were acknowledged: "slot value".</summary>
    public IReadOnlyList<string> Sets => File.Exists(State("sets")) ? File.ReadAllLines(State("sets")) : [];

    private string Home => Path.Combine(Paths.Dir, "snmpd");

    private static LabClient LabIn(LabPaths paths) => new(paths.Dir);

    protected override SiteDescription Describe(SiteDescription site) => _site = site with { Chassis = site.Chassis with { Simulate = false } };

    protected override async Task BeforeConfigurationAsync()
    {
        if (Directory.Exists(Home)) Directory.Delete(Home, recursive: true);
        foreach (var sub in new[] { "cfg", "persist", "state" }) Directory.CreateDirectory(Path.Combine(Home, sub));
        var script = Path.Combine(Home, "chassis.py");
        File.Copy(Path.Combine(AppContext.BaseDirectory, "Snmpd", "chassis.py"), script);
        var chassis = _site!.Chassis;
        await File.WriteAllTextAsync(Path.Combine(Home, "cfg", "snmpd.conf"), $"""
            agentAddress udp:{chassis.Address}:161
            exactEngineID 0x80001f880302fc00000001
            createUser {chassis.User} SHA "{chassis.Password}"
            rwuser {chassis.User} auth .1.3.6.1
            pass_persist .1.3.6.1.4.1.343.2.19.1.2.10 /usr/bin/python3 -u {script} {Home}/state

            """);
        Set("ignoreoff", "1");
        Set("serial", chassis.Serial);
        foreach (var blade in Blades()) Set($"mac{blade.Slot}", string.Join(' ', blade.Macs.Select(LabNetwork.Text)));
        var start = new ProcessStartInfo("nsenter",
        [
            $"--net={new LabNetwork(_site).NamespaceFile(chassis.Name)}", "--", "/usr/sbin/snmpd", "-f", "-LF", "w", Path.Combine(Home, "log"), "-p", Path.Combine(Home, "pid"), "-I", "-smux",
        ]);
        start.Environment["MIBS"] = "";
        start.Environment["SNMP_PERSISTENT_DIR"] = Path.Combine(Home, "persist");
        start.Environment["SNMPCONFPATH"] = $"{Home}/cfg:{Home}/persist";
        _snmpd = Process.Start(start)!;
        _following = Task.Run(() => FollowAsync(_end.Token));
    }

    protected override async Task AfterEndAsync()
    {
        await _end.CancelAsync();
        await _following;
        _snmpd?.Kill();
        _snmpd?.Dispose();
        _end.Dispose();
    }

    /// <summary>The lab gives the power, then the chassis shows it.</summary>
    public override async Task PowerOnAsync(string host)
    {
        await LabIn(Paths).PowerOnAsync(host);
        if (Blades().FirstOrDefault(b => b.Name == host) is { } blade) Set($"power{blade.Slot}", "2");
    }

    private async Task FollowAsync(CancellationToken cancel)
    {
        var done = 0;
        while (!cancel.IsCancellationRequested)
        {
            foreach (var set in Sets.Skip(done))
            {
                done++;
                var slot = int.Parse(set.Split(' ')[0], CultureInfo.InvariantCulture);
                var host = Blades().Single(b => b.Slot == slot).Name;
                if (set.EndsWith(" 2", StringComparison.Ordinal)) { await PowerOnAsync(host); continue; }
                await LabIn(Paths).PowerOffAsync(host);
                Set($"power{slot}", "0");
            }
            await Task.Delay(20, CancellationToken.None);
        }
    }

    private IEnumerable<MemberDescription> Blades() => _site!.Members.Where(m => m.Slot is not null);

    private string State(string name) => Path.Combine(Home, "state", name);

    // Written beside and moved: the script never reads half a file.
    private void Set(string name, string value)
    {
        var fresh = Path.Combine(Home, name + ".new");
        File.WriteAllText(fresh, value);
        File.Move(fresh, State(name), overwrite: true);
    }
}
