using System.Diagnostics;
using System.Net;
using ActorHa.Lab.Chassis;
using ActorHa.Snmp;
using ActorHa.Snmp.Security;

namespace ActorHa.Lab.Tests.Chassis;

#pragma warning disable CA1001 // xunit's IAsyncLifetime disposes of what the bench owns.
/// <summary>A simulated chassis with blades in slots 1 and 2, and ways to ask it.</summary>
public abstract class ChassisBench : IAsyncLifetime
{
    protected static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    protected static readonly Oid Root = Oid.Parse("1.3.6.1.4.1.343.2.19.1.2.10");

    private readonly CancellationTokenSource stop = new();
    private Task running = Task.CompletedTask;

    protected ChassisBench()
    {
        Chassis = new ChassisAgent(
            new IPEndPoint(IPAddress.Loopback, 0), "LAB-CHASSIS-0001", [One, Two],
            [
                new ChassisUser("fencer", AuthProtocol.Sha1, "switchThePower", MayWrite: true),
                new ChassisUser("viewer", AuthProtocol.Sha1, "onlyLooking", MayWrite: false),
            ],
            Faults);
        Manager = new SnmpManager(Chassis.EndPoint, new UsmUser("fencer", AuthProtocol.Sha1, "switchThePower"));
    }

    internal TestBlade One { get; } = new(1);

    internal TestBlade Two { get; } = new(2);

    protected ChassisFaults Faults { get; } = new();

    protected ChassisAgent Chassis { get; }

    protected SnmpManager Manager { get; }

    public Task InitializeAsync()
    {
        running = Chassis.RunAsync(stop.Token);
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        await stop.CancelAsync();
        await running;
        await Chassis.DisposeAsync();
        await Manager.DisposeAsync();
    }

    protected async Task<SnmpValue> Get(params uint[] path)
    {
        var response = Assert.IsType<SnmpAnswer.Response>(await Manager.GetAsync([Root.With(path)], Patience));
        Assert.Equal(SnmpError.None, response.Error);
        return response.Binds[0].Value;
    }

    protected async Task<int> Led(uint slot) => Assert.IsType<SnmpValue.Integer>(await Get(202, 1, 1, 6, slot)).Number;

    protected async Task<int> Presence(uint slot) => Assert.IsType<SnmpValue.Integer>(await Get(202, 1, 1, 2, slot)).Number;

    protected async Task<SnmpError> Set(SnmpValue value, params uint[] path) =>
        Assert.IsType<SnmpAnswer.Response>(await Manager.SetAsync([new VarBind(Root.With(path), value)], null, Patience)).Error;

    /// <summary>Writes bladePowerLed and waits until what it set off is done.</summary>
    protected async Task<SnmpError> Switch(uint slot, int value)
    {
        var error = await Set(new SnmpValue.Integer(value), 202, 1, 1, 6, slot);
        await Chassis.SwitchedAsync();
        return error;
    }

    protected static async Task<(int Exit, string Output)> Run(string file, IEnumerable<string> arguments, string input = "")
    {
        var start = new ProcessStartInfo(file, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["MIBS"] = "";
        // As in SnmpdChassis: the tools' common file is read half-written by another that runs beside.
        var kept = Directory.CreateTempSubdirectory("snmp-tool");
        kept.CreateSubdirectory("cert_indexes");
        start.Environment["SNMP_PERSISTENT_DIR"] = kept.FullName;
        using var process = Process.Start(start)!;
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(60));
        kept.Delete(recursive: true);
        return (process.ExitCode, await output + await error);
    }
}
