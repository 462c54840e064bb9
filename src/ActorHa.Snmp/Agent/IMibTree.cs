namespace ActorHa.Snmp.Agent;

/// <summary>What an agent shows of its device. Called by one thread at a time.</summary>
public interface IMibTree
{
    /// <summary>The value behind a name, or <see cref="SnmpValue.NoSuchObject"/> or <see cref="SnmpValue.NoSuchInstance"/>.</summary>
    SnmpValue Get(Oid name);

    /// <summary>The first row after a name; null at the end.</summary>
    VarBind? Next(Oid after);

    /// <summary>Whether a SET would be taken. Changes nothing: all of a SET is checked before any of it is done (RFC 3416 section 4.2.5).</summary>
    SnmpError Check(Oid name, SnmpValue value);

    /// <summary>Does a SET that was checked. <see cref="SnmpError.CommitFailed"/> where it fails all the same.</summary>
    SnmpError Set(Oid name, SnmpValue value);
}

/// <summary>A user of an agent.</summary>
/// <param name="User">Name and secrets. Its level is the least that it may use, and the only one.</param>
/// <param name="MayWrite">Whether its SETs are taken.</param>
public sealed record AgentUser(Security.UsmUser User, bool MayWrite);
