namespace ActorHa.Drivers.Hypervisors.Qemu;

/// <summary>
/// The calls that the kernel may hold for as long as a process or a disk is stuck. Only a program is executed while
/// an order waits without a patience. Tests put their own in their place.
/// </summary>
internal sealed record KernelCalls
{
    /// <summary>A small file, as a rule of <c>/proc</c>; null where it is not there (any more).</summary>
    internal Func<string, byte[]?> Read { get; init; } = ProcessTable.ReadFile;

    /// <summary>The files that a process holds open.</summary>
    internal Func<int, List<string>> OpenFiles { get; init; } = ProcessTable.OpenFiles;

    /// <summary>Flushes images; null, or what went wrong.</summary>
    internal Func<IEnumerable<string>, string?> Flush { get; init; } = PageCache.Flush;

    /// <summary>Executes a program with arguments and a file for its output; its pid.</summary>
    internal Func<string, IReadOnlyList<string>, string, int> Spawn { get; init; } = Qemu.Spawn.Start;

    /// <summary>
    /// Patience with a search. It takes milliseconds; a host under load is given seconds, and yet the answer to a start
    /// or stop comes before the next search by the clock.
    /// </summary>
    internal TimeSpan SearchPatience { get; init; } = TimeSpan.FromSeconds(4);

    /// <summary>Patience with a list of open files: a kill waits for it.</summary>
    internal TimeSpan ListPatience { get; init; } = TimeSpan.FromSeconds(1);
}
