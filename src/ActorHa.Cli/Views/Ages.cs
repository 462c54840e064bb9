namespace ActorHa.Cli.Views;

/// <summary>Durations as short as a column needs.</summary>
internal static class Ages
{
    /// <summary><c>80ms</c>, <c>4s</c>, <c>12m</c>, <c>3h05m</c>, <c>9d</c>.</summary>
    public static string Of(TimeSpan age) => age.Ticks < 0 ? "0s"
        : age.TotalSeconds < 1 ? $"{age.TotalMilliseconds:0}ms"
        : age.TotalMinutes < 1 ? $"{(int)age.TotalSeconds}s"
        : age.TotalHours < 1 ? $"{(int)age.TotalMinutes}m"
        : age.TotalDays < 2 ? $"{(int)age.TotalHours}h{age.Minutes:00}m"
        : $"{(int)age.TotalDays}d";
}
