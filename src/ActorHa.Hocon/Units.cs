using System.Globalization;

namespace ActorHa.Hocon;

/// <summary>Durations and sizes as people write them: a number and its unit, always both.</summary>
public static class Units
{
    /// <summary>What a duration looks like, for messages.</summary>
    public const string DurationForm = "a duration with its unit (ms, s, m, h, d)";

    /// <summary>What a size looks like, for messages.</summary>
    public const string SizeForm = "a size with its unit (B, KB, K or KiB, MB, M or MiB, GB, G or GiB)";

    private static readonly Dictionary<string, long> DurationTicks = new()
    {
        ["ms"] = TimeSpan.TicksPerMillisecond,
        ["milli"] = TimeSpan.TicksPerMillisecond,
        ["millis"] = TimeSpan.TicksPerMillisecond,
        ["millisecond"] = TimeSpan.TicksPerMillisecond,
        ["milliseconds"] = TimeSpan.TicksPerMillisecond,
        ["s"] = TimeSpan.TicksPerSecond,
        ["second"] = TimeSpan.TicksPerSecond,
        ["seconds"] = TimeSpan.TicksPerSecond,
        ["m"] = TimeSpan.TicksPerMinute,
        ["minute"] = TimeSpan.TicksPerMinute,
        ["minutes"] = TimeSpan.TicksPerMinute,
        ["h"] = TimeSpan.TicksPerHour,
        ["hour"] = TimeSpan.TicksPerHour,
        ["hours"] = TimeSpan.TicksPerHour,
        ["d"] = TimeSpan.TicksPerDay,
        ["day"] = TimeSpan.TicksPerDay,
        ["days"] = TimeSpan.TicksPerDay,
    };

    // One letter and KiB are powers of two, KB powers of ten: so HOCON has it.
    private static readonly Dictionary<string, long> SizeBytes = new()
    {
        ["B"] = 1,
        ["byte"] = 1,
        ["bytes"] = 1,
        ["K"] = 1L << 10,
        ["KiB"] = 1L << 10,
        ["KB"] = 1_000,
        ["kB"] = 1_000,
        ["M"] = 1L << 20,
        ["MiB"] = 1L << 20,
        ["MB"] = 1_000_000,
        ["G"] = 1L << 30,
        ["GiB"] = 1L << 30,
        ["GB"] = 1_000_000_000,
    };

    /// <summary>Reads <c>400ms</c>, <c>1.5 s</c>, <c>10 minutes</c>. False: no number, no unit, or more than a century.</summary>
    public static bool TryDuration(string text, out TimeSpan duration)
    {
        duration = default;
        if (!Split(text, DurationTicks, out var number, out var ticks) || number * ticks > TimeSpan.TicksPerDay * 36_525m) return false;
        duration = TimeSpan.FromTicks((long)(number * ticks));
        return true;
    }

    /// <summary>Reads <c>96M</c>, <c>1.5 GiB</c>, <c>512 MB</c>. False: no number, no unit, or beyond 2^60 bytes.</summary>
    public static bool TrySize(string text, out long bytes)
    {
        bytes = default;
        if (!Split(text, SizeBytes, out var number, out var unit) || number * unit > 1L << 60) return false;
        bytes = (long)(number * unit);
        return true;
    }

    /// <summary>The shortest text with one unit that reads back as the same duration: <c>90s</c>, <c>400ms</c>, <c>1h</c>.</summary>
    public static string Print(TimeSpan duration)
    {
        foreach (var (unit, ticks) in Largest)
            if (duration.Ticks != 0 && duration.Ticks % ticks == 0)
                return string.Create(CultureInfo.InvariantCulture, $"{duration.Ticks / ticks}{unit}");
        return string.Create(CultureInfo.InvariantCulture, $"{duration.Ticks / (decimal)TimeSpan.TicksPerMillisecond:0.####}ms");
    }

    /// <summary>MiB as <c>96M</c> or, where it is even, <c>2G</c>.</summary>
    public static string PrintMebibytes(long mebibytes) =>
        mebibytes > 0 && mebibytes % 1024 == 0 ? $"{mebibytes / 1024}G" : $"{mebibytes}M";

    private static readonly (string, long)[] Largest =
    [
        ("d", TimeSpan.TicksPerDay), ("h", TimeSpan.TicksPerHour), ("m", TimeSpan.TicksPerMinute),
        ("s", TimeSpan.TicksPerSecond), ("ms", TimeSpan.TicksPerMillisecond),
    ];

    private static bool Split(string text, Dictionary<string, long> units, out decimal number, out long unit)
    {
        text = text.Trim();
        var digits = 0;
        while (digits < text.Length && (char.IsAsciiDigit(text[digits]) || text[digits] == '.')) digits++;
        unit = 0;
        number = 0;
        return digits is > 0 and <= 12
            && decimal.TryParse(text.AsSpan(0, digits), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out number)
            && units.TryGetValue(text[digits..].TrimStart(), out unit);
    }
}
