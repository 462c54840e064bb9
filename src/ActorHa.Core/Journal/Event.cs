namespace ActorHa.Core;

/// <summary>
/// A past fact, recorded in the journal. The record, what it changes (<see cref="Apply"/>) and nothing else stand in its
/// subject's folder; the name of the type is its name in the journal and never changes.
/// </summary>
public abstract record Event
{
    /// <summary>
    /// Evolve: the state after this fact. Pure and total: a fact that no longer fits changes nothing, it never throws,
    /// because every member must replay every journal, also one written by a faulty member.
    /// </summary>
    /// <param name="s">The state before.</param>
    /// <param name="index">Index of the entry that holds the fact.</param>
    public abstract ClusterState Apply(ClusterState s, long index);
}
