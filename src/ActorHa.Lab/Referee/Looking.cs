namespace ActorHa.Lab.Referee;

/// <summary>A witness that has stopped looking sees nothing, and nothing looks clean: whoever asks it must be told.</summary>
internal static class Looking
{
    /// <summary>Throws where the task that looks has failed.</summary>
    /// <exception cref="LabException">With who stopped, and why.</exception>
    public static void MustGoOn(this Task looking, string who)
    {
        if (looking.Exception?.InnerException is { } e) throw new LabException($"{who} has ended: {e.GetType().Name}: {e.Message}", e);
    }
}
