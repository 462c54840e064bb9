using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using ActorHa.Core;
using ActorHa.Drivers.Fencing.FenceAgent;

namespace ActorHa.Drivers.Tests.Fencing.FenceAgent;

/// <summary>OpenIPMI's simulator as a management controller on the loopback address; its chassis is a file with 0 or 1.</summary>
internal sealed class IpmiSim : IAsyncDisposable
{
    private const string Password = "fence-Pa55";

    private readonly string folder = Directory.CreateTempSubdirectory("actorha-ipmi-").FullName;
    private readonly int port;
    private readonly Process process;

    private IpmiSim()
    {
        using (var free = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0))) port = ((IPEndPoint)free.Client.LocalEndPoint!).Port;
        File.WriteAllText(At("power"), "1");
        Directory.CreateDirectory(At("state"));
        // ipmi_lan(5): the program is called with the controller's address and "get power" or "set power 0|1".
        File.WriteAllText(At("chassis"), $"#!/bin/sh\ncase \"$2 $3\" in\n'get power') echo \"power:$(cat {At("power")})\" ;;\n'set power') echo \"$4\" >{At("power")} ;;\nesac\n");
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(At("chassis"), UnixFileMode.UserRead | UnixFileMode.UserExecute);
        File.WriteAllText(At("lan.conf"), $"""
            name "actorha"
            set_working_mc 0x20
              startlan 1
                addr 127.0.0.1 {port}
                priv_limit admin
                allowed_auths_admin md5
                guid a123456789abcdefa123456789abcdef
              endlan
              chassis_control "{At("chassis")} 0x20"
              user 2 true "fencer" "{Password}" admin 10 md5

            """);
        File.WriteAllText(At("sim.emu"), "mc_setbmc 0x20\nmc_add 0x20 0 no-device-sdrs 0x23 9 8 0x9f 0x1291 0xf02\nmc_enable 0x20\n");
        var start = new ProcessStartInfo("ipmi_sim", ["-c", At("lan.conf"), "-f", At("sim.emu"), "-s", At("state"), "-n"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        process = Process.Start(start)!;
    }

    public bool HasPower => File.ReadAllText(At("power")).Trim() == "1";

    public static async Task<IpmiSim> StartAsync()
    {
        var sim = new IpmiSim();
        var began = Stopwatch.GetTimestamp();
        while ((await sim.Plug().ReadAsync(TimeSpan.FromSeconds(20), default)).Power != Power.On)
            Assert.True(Stopwatch.GetElapsedTime(began) < TimeSpan.FromSeconds(60), "ipmi_sim does not answer");
        return sim;
    }

    /// <summary>Cipher suite 3, because the simulator does not tell which it has, and ipmitool would ask for seconds.</summary>
    public FenceAgentPlug Plug(string plug = FenceAgentUnit.OnlyPlug, string password = Password, string patience = "20s", params (string Name, string Value)[] more)
    {
        var options = new Dictionary<string, string>
        {
            ["agent"] = "fence_ipmilan",
            ["patience"] = patience,
            ["option.ip"] = "127.0.0.1",
            ["option.ipport"] = port.ToString(CultureInfo.InvariantCulture),
            ["option.username"] = "fencer",
            ["option.lanplus"] = "1",
            ["option.cipher"] = "3",
            ["option.power_wait"] = "0",
        };
        foreach (var (name, value) in more) options[name] = value;
        return new FenceAgentUnit(FenceAgentOptions.Parse(options), new Dictionary<string, string> { ["password"] = password }).Plug(plug);
    }

    public void Kill()
    {
        process.Kill();
        process.WaitForExit();
    }

    public ValueTask DisposeAsync()
    {
        if (!process.HasExited) Kill();
        process.Dispose();
        Directory.Delete(folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    private string At(string name) => Path.Combine(folder, name);
}
