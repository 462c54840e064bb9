using ActorHa.Core;

namespace ActorHa.Agent.Quorum;

/// <summary>
/// The highest head that this member ever saw, on its own disk: a journal that does not extend it (a restored snapshot, a
/// card that lost synced writes) makes the agent read-only.
/// </summary>
public sealed class SeenHead(string stateDirectory)
{
    private readonly string _path = Path.Combine(stateDirectory, "seen-head");
    private JournalHead? _written;

    /// <summary>What was seen before; null the first time.</summary>
    /// <exception cref="FormatException">The file is damaged: somebody has to look.</exception>
    public JournalHead? Read()
    {
        if (!File.Exists(_path)) return null;
        try
        {
            return _written = JournalHead.Parse(File.ReadAllText(_path).Trim());
        }
        catch (FormatException e)
        {
            throw new FormatException($"{_path}: {e.Message}; remove it only if you know why it is damaged", e);
        }
    }

    /// <summary>
    /// Keeps a head that is higher than what was seen. A shorter journal, while it is being read, must not wipe out the proof
    /// against it. The replacement is atomic; a lost newest one only weakens the check by an entry.
    /// </summary>
    public void Write(JournalHead head)
    {
        if (_written is { } seen && (head.Lineage, head.Index).CompareTo((seen.Lineage, seen.Index)) <= 0) return;
        var temporary = _path + ".new";
        File.WriteAllText(temporary, head + "\n");
        File.Move(temporary, _path, overwrite: true);
        _written = head;
    }
}
