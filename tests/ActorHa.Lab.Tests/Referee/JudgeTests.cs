using System.Collections.Immutable;
using ActorHa.Lab.Referee;

namespace ActorHa.Lab.Tests.Referee;

public class JudgeTests
{
    private static ProcessLife Life(string host, long epoch, double from, double to, double? gone = null, bool incoming = false) =>
        new("mail", host, epoch, (int)from, from, to, gone, incoming);

    private static SerialLine Line(double at, int connection, string host, long epoch, long counter = 1) => new(at, connection, "mail", host, epoch, counter);

    private static DiskAdvance Wrote(string host, long epoch, long counter, double notBefore, double seen) => new("mail", host, epoch, counter, notBefore, seen);

    private static VmVerdict Try(IEnumerable<SerialLine>? serial = null, IEnumerable<DiskAdvance>? disk = null, IEnumerable<ProcessLife>? processes = null) =>
        Judge.Try(new Evidence([.. serial ?? []], [.. disk ?? []], [.. processes ?? []])).Vms.GetValueOrDefault("mail", new VmVerdict([], []));

    private static Witness[] Witnesses(VmVerdict v) => [.. v.Violations.Select(x => x.By)];

    [Fact]
    public void Nothing_seen_is_clean() => Assert.True(Judge.Try(Evidence.None).Clean);

    [Fact]
    public void A_life_after_another_is_clean_and_both_are_runs()
    {
        var verdict = Try(processes: [Life("A", 1, 100, 500, 520), Life("B", 2, 510, 900)]);
        Assert.Empty(verdict.Violations);
        Assert.Equal([new Run("A", 1, 100, 500), new Run("B", 2, 510, 900)], verdict.Runs.ToArray());
    }

    [Fact]
    public void A_process_that_lives_after_another_existed_convicts()
    {
        var violation = Assert.Single(Try(processes: [Life("B", 2, 490, 900), Life("A", 1, 100, 500, 520)]).Violations);
        Assert.Equal((Witness.ProcessTable, 490, 500), (violation.By, violation.FromMs, violation.ToMs));
        Assert.Equal("A e1 (pid 100) lived at 500.0, B e2 (pid 490) existed at 490.0", violation.Story);
    }

    [Fact]
    public void Two_processes_on_one_host_in_one_epoch_convict_too() =>
        Assert.Equal([Witness.ProcessTable], Witnesses(Try(processes: [Life("A", 1, 100, 500), Life("A", 1, 300, 600)])));

    [Fact]
    public void The_target_of_a_migration_may_wait_beside_its_source() =>
        Assert.Empty(Try(processes: [Life("A", 1, 100, 500), Life("B", 2, 300, 900, incoming: true)]).Violations);

    [Fact]
    public void Processes_of_different_vms_do_not_meet() =>
        Assert.True(Judge.Try(new Evidence([], [], [Life("A", 1, 100, 500), Life("B", 2, 200, 900) with { Vm = "lists" }])).Clean);

    [Fact]
    public void An_old_area_written_after_the_new_one_began_convicts()
    {
        var verdict = Try(disk: [Wrote("A", 1, 5, 0, 100), Wrote("B", 2, 1, 100, 200), Wrote("A", 1, 6, 200, 300)]);
        Assert.Equal("A e1 wrote 6 after 200.0, B e2 had written 1 by 200.0 (1 such writes)", Assert.Single(verdict.Violations).Story);
    }

    [Fact]
    public void A_last_write_seen_together_with_the_first_new_one_does_not_convict() =>
        Assert.Empty(Try(disk: [Wrote("A", 1, 5, 100, 200), Wrote("B", 2, 1, 100, 200)]).Violations);

    [Fact]
    public void What_stood_on_the_disk_at_the_first_look_does_not_convict() =>
        Assert.Empty(Try(disk: [Wrote("B", 2, 9, double.NegativeInfinity, 100), Wrote("A", 1, 9, double.NegativeInfinity, 100)]).Violations);

    [Fact]
    public void Two_hosts_that_write_in_turn_in_one_epoch_convict()
    {
        DiskAdvance[] once = [Wrote("A", 1, 1, 0, 100), Wrote("B", 1, 2, 100, 200)];
        Assert.Empty(Try(disk: once).Violations);
        Assert.Equal([Witness.Disk], Witnesses(Try(disk: [.. once, Wrote("A", 1, 3, 200, 300)])));
    }

    [Fact]
    public void Interleaved_lines_convict_without_any_process_seen() =>
        Assert.Equal([Witness.Serial], Witnesses(Try(serial: [Line(100, 1, "A", 1), Line(200, 2, "B", 2), Line(200 + Judge.LateMs + 1, 1, "A", 1)])));

    [Fact]
    public void A_few_late_lines_are_forgiven_where_no_process_was_seen() =>
        Assert.Empty(Try(serial: [Line(100, 1, "A", 1), Line(200, 2, "B", 2), Line(210, 1, "A", 1)]).Violations);

    [Fact]
    public void Late_lines_of_a_process_seen_dead_are_its_buffered_bytes() =>
        Assert.Empty(Try(
            serial: [Line(100, 1, "A", 1), Line(700, 2, "B", 2), Line(1900, 1, "A", 1)],
            processes: [Life("A", 1, 50, 600, 625), Life("B", 2, 650, 2000)]).Violations);

    [Fact]
    public void Late_lines_of_a_process_seen_alive_convict_at_once() =>
        Assert.Equal([Witness.ProcessTable, Witness.Serial], Witnesses(Try(
            serial: [Line(100, 1, "A", 1), Line(700, 2, "B", 2), Line(705, 1, "A", 1)],
            processes: [Life("A", 1, 50, 800), Life("B", 2, 650, 2000)])));

    [Fact]
    public void Late_lines_convict_where_the_process_was_never_seen_gone() =>
        Assert.Equal([Witness.Serial], Witnesses(Try(
            serial: [Line(100, 1, "A", 1), Line(700, 2, "B", 2), Line(1900, 1, "A", 1)],
            processes: [Life("A", 1, 50, 600)])));

    [Fact]
    public void Two_connections_of_one_host_and_epoch_are_two_instances() =>
        Assert.Equal([Witness.Serial], Witnesses(Try(serial: [Line(100, 1, "A", 1), Line(200, 2, "A", 1), Line(900, 1, "A", 1)])));

    [Fact]
    public void A_guest_without_a_process_seen_ran_nevertheless() =>
        Assert.Equal([new Run("A", 1, 100, 200)], Try(serial: [Line(100, 1, "A", 1), Line(200, 1, "A", 1)], disk: [Wrote("A", 1, 1, 50, 150)]).Runs.ToArray());

    [Theory]
    [InlineData("12.345 3 mail A 7 99", true)]
    [InlineData("12.345 3 [    0.1] Kernel panic - not syncing", false)]
    [InlineData("12.345 3 mail A x 99", false)]
    [InlineData("", false)]
    public void Only_a_guests_own_words_are_lines(string text, bool isLine) =>
        Assert.Equal(isLine ? new SerialLine(12.345, 3, "mail", "A", 7, 99) : null, SerialLine.Parse(text));
}
