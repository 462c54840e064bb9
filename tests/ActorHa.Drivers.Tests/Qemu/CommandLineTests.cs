using ActorHa.Configuration;
using ActorHa.Core;
using ActorHa.Drivers.Hypervisors.Qemu;

namespace ActorHa.Drivers.Tests.Qemu;

public class CommandLineTests
{
    private static readonly StartPlan Plan = new(new VmName("mail"), new Epoch(42), new MemberName("hostA"), "/run/a,b/mail");

    [Fact]
    public void What_is_put_into_the_arguments_is_read_from_the_process_table()
    {
        var arguments = CommandLine.Build(Plan, """["-drive","file=/srv/{vm},,1.raw,if=virtio","-append","ah.host={host} ah.epoch={epoch}","-serial","file:{run}/s"]""");
        Assert.Contains("ah.host=hostA ah.epoch=42", arguments);
        Assert.Contains("file:/run/a,b/mail/s", arguments);

        var read = CommandLine.Read(123, ["/usr/bin/qemu-system-x86_64", .. arguments])!;
        Assert.Equal((new VmName("mail"), new Epoch(42), 123, "/run/a,b/mail/qmp.sock"), (read.Vm, read.Epoch, read.Pid, read.QmpSocket));
        Assert.Equal(["/srv/mail,1.raw"], read.Images);
    }

    [Fact]
    public void A_marked_process_counts_before_systemd_run_has_executed_qemu() =>
        Assert.Equal(new Epoch(42), CommandLine.Read(1, ["systemd-run", "--scope", "--", "qemu", .. CommandLine.Build(Plan, "[]")])!.Epoch);

    [Theory]
    [InlineData("kvm", "-id 100 -name mail,debug-threads=on -m 64", "mail")]
    [InlineData("/usr/bin/qemu-system-x86_64", "-name guest=mail,debug-threads=on -S", "mail")]
    [InlineData("/usr/bin/qemu-system-x86_64", "-machine none -S", null)]
    [InlineData("vi", "-name guest=mail -S", null)]
    public void Foreign_processes_are_known_by_program_and_name(string program, string arguments, string? vm)
    {
        var read = CommandLine.Read(1, [program, .. arguments.Split(' ')]);
        Assert.Equal(vm, read?.Vm.Value);
        Assert.Null(read?.Epoch);
        Assert.Null(read?.QmpSocket);
    }

    [Fact]
    public void Images_are_found_in_json_arguments_too()
    {
        var read = CommandLine.Read(1, ["kvm", "-name", "x", "-blockdev", """{"driver":"raw","file":{"driver":"host_device","filename":"/dev/vg/x"}}"""])!;
        Assert.Equal(["/dev/vg/x"], read.Images);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("[1]")]
    [InlineData("[null]")]
    [InlineData("null")]
    [InlineData("""["-name","other"]""")]
    [InlineData("""["--daemonize"]""")]
    [InlineData("""["-pidfile","x"]""")]
    public void A_definition_that_cannot_work_is_refused(string definition) =>
        Assert.Throws<FormatException>(() => CommandLine.Build(Plan, definition));

    [Fact]
    public void Every_definition_of_the_example_can_be_started()
    {
        var config = ClusterConfigReader.Load(Path.Combine(AppContext.BaseDirectory, "hocon", "two-hosts-and-a-witness.conf")).Whole();
        Assert.Equal(6, config.Vms.Count);
        foreach (var (name, vm) in config.Vms)
            Assert.Contains("none", CommandLine.Build(Plan with { Vm = name }, vm.Definition).SkipWhile(a => a != "-display").Skip(1).Take(1));
    }

    [Theory]
    [InlineData("mail-1.b_C", true)]
    [InlineData("", false)]
    [InlineData("../x", false)]
    [InlineData("-x", false)]
    [InlineData("a b", false)]
    [InlineData("a,b", false)]
    public void A_vms_name_must_serve_as_a_file_name(string name, bool usable) =>
        Assert.Equal(usable, CommandLine.IsUsable(new VmName(name)));
}
