using System.Text;

namespace ActorHa.Snmp;

/// <summary>Versions of SNMP, by the number that stands in a message.</summary>
public enum SnmpVersion
{
    /// <summary>RFC 1157.</summary>
    V1 = 0,

    /// <summary>RFC 1901: version 2 with communities.</summary>
    V2c = 1,

    /// <summary>RFC 3412, with the user-based security model of RFC 3414.</summary>
    V3 = 3,
}

/// <summary>
/// What SNMPv1 and v2c have for a password: a word that stands in every message for all to read. Answers under it prove
/// nothing about who speaks.
/// </summary>
public sealed class Community
{
    /// <param name="version"><see cref="SnmpVersion.V1"/> or <see cref="SnmpVersion.V2c"/>.</param>
    /// <param name="name">The word, at most 255 octets of UTF-8.</param>
    /// <exception cref="ArgumentException">Another version, or a word that is too long.</exception>
    public Community(SnmpVersion version, string name)
    {
        if (version is not (SnmpVersion.V1 or SnmpVersion.V2c))
            throw new ArgumentException("communities belong to SNMPv1 and v2c", nameof(version));
        Octets = Encoding.UTF8.GetBytes(name);
        if (Octets.Length > 255) throw new ArgumentException("a community has at most 255 octets", nameof(name));
        Version = version;
    }

    /// <summary>v1 or v2c.</summary>
    public SnmpVersion Version { get; }

    internal byte[] Octets { get; }

    /// <summary>The version; not the word, which opens devices all the same.</summary>
    public override string ToString() => $"an SNMP{(Version == SnmpVersion.V1 ? "v1" : "v2c")} community";
}
