using System.Collections.Immutable;
using System.Globalization;

namespace ActorHa.Lab.Referee;

/// <summary>
/// All that was seen from outside: nothing here was told by ActorHa. Times are milliseconds of
/// <see cref="Guests.LabClock"/>.
/// </summary>
public sealed record Evidence(ImmutableArray<SerialLine> Serial, ImmutableArray<DiskAdvance> Disk, ImmutableArray<ProcessLife> Processes)
{
    /// <summary>Nothing seen.</summary>
    public static readonly Evidence None = new([], [], []);
}

/// <summary>One line of a guest, as the recorder logged it.</summary>
/// <param name="ArrivalMs">When its bytes were read: may be late, never early.</param>
/// <param name="Connection">The recorder's number of the connection: one life of one QEMU's serial line.</param>
/// <param name="Vm">As the guest says it.</param>
/// <param name="Host">Host on which this life was started.</param>
/// <param name="Epoch">Epoch with which it was started.</param>
/// <param name="Counter">The guest's own count of lines.</param>
public sealed record SerialLine(double ArrivalMs, int Connection, string Vm, string Host, long Epoch, long Counter)
{
    /// <summary>Reads a line of the recorder's log; null for what a kernel or firmware said.</summary>
    public static SerialLine? Parse(string line) =>
        line.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [var ms, var id, var vm, var host, var epoch, var counter]
        && double.TryParse(ms, CultureInfo.InvariantCulture, out var arrival)
        && int.TryParse(id, out var connection)
        && long.TryParse(epoch, out var e)
        && long.TryParse(counter, out var c)
            ? new SerialLine(arrival, connection, vm, host, e, c)
            : null;

    /// <summary>Reads a whole log, also while it is being written.</summary>
    public static ImmutableArray<SerialLine> ReadLog(string path)
    {
        if (!File.Exists(path)) return [];
        using var reader = new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        var lines = ImmutableArray.CreateBuilder<SerialLine>();
        while (reader.ReadLine() is { } text)
            if (Parse(text) is { } line) lines.Add(line);
        return lines.ToImmutable();
    }
}

/// <summary>An epoch's area on the disk has changed.</summary>
/// <param name="Vm">As written in the area.</param>
/// <param name="Host">As written in the area.</param>
/// <param name="Epoch">As written in the area.</param>
/// <param name="Counter">As written in the area.</param>
/// <param name="NotBeforeMs">The area was read unchanged at or after this moment: the write is younger (negative infinity
/// for what stood there at the first look).</param>
/// <param name="SeenMs">The write is older than this.</param>
public sealed record DiskAdvance(string Vm, string Host, long Epoch, long Counter, double NotBeforeMs, double SeenMs);

/// <summary>One QEMU process in the machine's process table.</summary>
/// <param name="Vm">From its arguments.</param>
/// <param name="Host">From its arguments.</param>
/// <param name="Epoch">From its arguments.</param>
/// <param name="Pid">In the root process namespace.</param>
/// <param name="StartedByMs">It existed at this moment at the latest.</param>
/// <param name="LastAliveMs">The last moment at which it certainly lived.</param>
/// <param name="GoneByMs">A moment at which it certainly was gone; null: never seen gone.</param>
/// <param name="Incoming">It waits for a migration (<c>-incoming</c>): its process beside the old one is no second run.</param>
public sealed record ProcessLife(
    string Vm, string Host, long Epoch, int Pid, double StartedByMs, double LastAliveMs, double? GoneByMs, bool Incoming = false);
