using System.Runtime.InteropServices;

namespace ActorHa.Simulation;

/// <summary>A search that somebody ends (Ctrl+C, or kill) says what it has seen until then; asked a second time it ends at once.</summary>
internal sealed class Interruption : IDisposable
{
    private readonly PosixSignalRegistration[] _signals;
    private volatile bool _asked;

    public Interruption() => _signals = [PosixSignalRegistration.Create(PosixSignal.SIGINT, Ask), PosixSignalRegistration.Create(PosixSignal.SIGTERM, Ask)];

    /// <summary>Whether somebody wants it to end.</summary>
    public bool Asked => _asked;

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var signal in _signals) signal.Dispose();
    }

    private void Ask(PosixSignalContext signal)
    {
        signal.Cancel = !_asked;
        _asked = true;
    }
}
