using ActorHa.Core;

namespace ActorHa.Agent.Quorum;

/// <summary>
/// The highest head that this member ever saw, on its own disk: a journal that does not extend it (a restored snapshot, a
/// card that lost synced writes) makes the agent read-only. It is written beside the mind, which waits for no disk: a lost newest
/// one only weakens the check by an entry.
/// </summary>
public sealed class SeenHead(string stateDirectory, TimeSpan? retry = null)
{
    private readonly string _path = Path.Combine(stateDirectory, "seen-head");
    private readonly TimeSpan _retry = retry ?? TimeSpan.FromSeconds(10);
    private readonly Lock _door = new();
    private JournalHead? _newest;
    private JournalHead? _written;
    private Task _writing = Task.CompletedTask;
    private bool _busy;

    /// <summary>Why the newest one is not on the disk; null when it is, or is just being written.</summary>
    public string? Fault { get; private set; }

    /// <summary>What was seen before; null the first time.</summary>
    /// <exception cref="FormatException">The file is damaged: somebody has to look.</exception>
    public JournalHead? Read()
    {
        if (!File.Exists(_path)) return null;
        try
        {
            return _newest = _written = JournalHead.Parse(File.ReadAllText(_path).Trim());
        }
        catch (FormatException e)
        {
            throw new FormatException($"{_path}: {e.Message}; remove it only if you know why it is damaged", e);
        }
    }

    /// <summary>
    /// Keeps a head that is higher than what was seen. A shorter journal, while it is being read, must not wipe out the proof
    /// against it. The replacement is atomic. What cannot be written is tried again until it can: a full disk ends no agent.
    /// </summary>
    /// <returns>Ends when all that was to be kept is on the disk.</returns>
    public Task Keep(JournalHead head)
    {
        lock (_door)
        {
            if (_newest is { } seen && head.Position <= seen.Position) return _writing;
            _newest = head;
            if (_busy) return _writing;
            _busy = true;
            return _writing = Task.Run(WriteAsync);
        }
    }

    private async Task WriteAsync()
    {
        while (Next() is { } head)
        {
            try
            {
                Write(head);
                (_written, Fault) = (head, null);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                Fault = e.Message;
                await Task.Delay(_retry);
            }
        }
    }

    private JournalHead? Next()
    {
        lock (_door)
        {
            _busy = _newest != _written;
            return _busy ? _newest : null;
        }
    }

    private void Write(JournalHead head)
    {
        var temporary = _path + ".new";
        using (var file = new FileStream(temporary, FileMode.Create, FileAccess.Write))
        {
            file.Write(System.Text.Encoding.ASCII.GetBytes(head + "\n"));
            // Before the name: some file systems keep a name without its content over a loss of power, and an empty file is a damaged one.
            file.Flush(flushToDisk: true);
        }
        File.Move(temporary, _path, overwrite: true);
    }
}
