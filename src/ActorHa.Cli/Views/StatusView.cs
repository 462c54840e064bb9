using ActorHa.Hocon;
using ActorHa.Ports.Api;
using Spectre.Console;

namespace ActorHa.Cli.Views;

/// <summary>The status page: what needs a person first, then members, then VMs. Made for 80 columns without colour.</summary>
internal static class StatusView
{
    private static readonly Style Good = new(Color.Green);
    private static readonly Style Bad = new(Color.Red, decoration: Decoration.Bold);
    private static readonly Style Odd = new(Color.Yellow);
    private static readonly Style Head = new(decoration: Decoration.Bold);

    public static void Print(Terminal terminal, StatusDto status)
    {
        var canvas = terminal.Canvas();
        var now = terminal.Clock.GetUtcNow();
        Line(canvas, $"{status.Cluster}, seen by {status.Member} ({status.Role}): configuration {status.ConfigNumber}, journal {status.Lineage}:{status.Index}", Head);
        Line(canvas, status.Quorate ? $"quorate: {status.QuorateDetail}" : $"NOT QUORATE: {status.QuorateDetail}", status.Quorate ? Good : Bad);
        if (status.Maintenance.On)
            Line(canvas, $"MAINTENANCE: nothing is started, stopped or fenced, {(status.Maintenance.Until is { } until ? $"for {Ages.Of(until - now)} more" : "until somebody ends it")}", Odd);
        foreach (var member in status.Members.Where(m => m.Role == "host" && m.Protection is not { Ready: true }))
            Line(canvas, $"NOT PROTECTED: {member.Name}: {member.Protection?.Detail ?? "fencing was never checked"}", Bad);
        foreach (var alarm in status.Alarms)
            Line(canvas, $"ALARM {alarm.Name}{(alarm.Since is { } since ? $" for {Ages.Of(now - since)}" : "")}: {alarm.Because}", Bad);
        Members(canvas, status);
        Vms(canvas, status, now);
        if (status.Refusals.Count == 0) return;
        canvas.WriteLine();
        Line(canvas, "NOT DONE, AND WHY", Head);
        foreach (var refusal in status.Refusals) Line(canvas, $"{refusal.Subject}: {refusal.Because}", Style.Plain);
    }

    private static void Members(IAnsiConsole canvas, StatusDto status)
    {
        var table = NewTable("MEMBER", "ROLE", "VERDICT", "BEAT", "BOOT", "OPEN", "MEMORY", "FENCING");
        foreach (var m in status.Members)
            table.AddRow(
                Cell(m.Name),
                Cell(m.Role),
                Cell(m.Verdict, m.Verdict == "alive" ? Good : m.Verdict is "degraded" or "unknown" ? Odd : Bad),
                Cell(m.Name == status.Member ? "itself" : m.BeatAgeMs is { } beat ? Ages.Of(TimeSpan.FromMilliseconds(beat)) : "never"),
                Cell(m.Incarnation > 0 ? $"i{m.Incarnation}" : "-"),
                m.Role != "host" ? Cell("-")
                    : m.Closed ? Cell("closed", Bad)
                    : !m.Admitted ? Cell("joined", Odd)
                    : m.Leaving ? Cell("leaving", Odd)
                    : Cell("yes"),
                Cell(m.Role == "host" ? $"{Memory(m.MemoryUsedMb)}/{Memory(m.MemoryTotalMb)}" : "-"),
                m.Role != "host" ? Cell("-")
                    : m.Protection is { Ready: true } p ? Cell(p.AgeMs is { } age ? $"ready, {Ages.Of(TimeSpan.FromMilliseconds(age))}" : "ready", Good)
                    : Cell("NOT READY", Bad));
        canvas.WriteLine();
        canvas.Write(table);
        foreach (var m in status.Members.Where(m => m.ConfigNumber is { } number && number != status.ConfigNumber))
            Line(canvas, $"{m.Name} has configuration {m.ConfigNumber}", Odd);
        foreach (var m in status.Members.Where(m => m.Fences > 0))
            Line(canvas, $"{m.Name} was fenced {m.Fences} time{(m.Fences == 1 ? "" : "s")} lately", Odd);
    }

    private static void Vms(IAnsiConsole canvas, StatusDto status, DateTimeOffset now)
    {
        canvas.WriteLine();
        if (status.Vms.Count == 0)
        {
            Line(canvas, "no virtual machines", Style.Plain);
            return;
        }
        var table = NewTable("VM", "STATE", "HOST", "FOR", "MEMORY", "PRIO", "WHY");
        foreach (var v in status.Vms)
            table.AddRow(
                Cell(v.Name),
                Cell(v.State.ToString().ToLowerInvariant(), v.State switch
                {
                    VmState.Active => Good,
                    VmState.Failed or VmState.Waiting => Bad,
                    VmState.Stopped => Style.Plain,
                    _ => Odd,
                }),
                Cell(v.Host ?? "-"),
                Cell(v.Since is { } since ? Ages.Of(now - since) : "-"),
                Cell(Memory(v.MemoryMb)),
                Cell($"{v.Priority}"),
                Wrapping($"{(v.Wanted || v.State == VmState.Stopped ? "" : "not wanted; ")}{(v.Failover ? "" : "no failover; ")}{v.Reason}"));
        canvas.Write(table);
    }

    private static string Memory(long mebibytes) => mebibytes == 0 ? "0" : Units.PrintMebibytes(mebibytes);

    // No frames: they cost columns, and a pipe wants lines. Names stay whole; where it is tight, the rest wraps.
    private static Table NewTable(params string[] heads)
    {
        var table = new Table().NoBorder();
        foreach (var head in heads)
            table.AddColumn(new TableColumn(new Text(head, Head)) { Padding = new Padding(0, 0, head == heads[^1] ? 0 : 2, 0), NoWrap = head == heads[0] });
        return table;
    }

    private static Text Cell(string text, Style? style = null) => new(Terminal.Plain(text), style ?? Style.Plain);

    private static Text Wrapping(string text) => new(Terminal.Plain(text));

    private static void Line(IAnsiConsole canvas, string text, Style style)
    {
        canvas.Write(new Text(Terminal.Plain(text), style));
        canvas.WriteLine();
    }
}
