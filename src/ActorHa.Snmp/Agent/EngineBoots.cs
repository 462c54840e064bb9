using System.Globalization;

namespace ActorHa.Snmp.Agent;

/// <summary>The count of an engine's boots, kept in a file (RFC 3414 section 2.2.1: it must never go back).</summary>
public static class EngineBoots
{
    /// <summary>The number of this boot: the file's plus one, written before it is used. A missing file begins with 1.</summary>
    /// <exception cref="InvalidDataException">The file holds no number: a guess could repeat an old boot.</exception>
    public static int Next(string file)
    {
        var text = File.Exists(file) ? File.ReadAllText(file).Trim() : "0";
        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var last))
            throw new InvalidDataException($"{file} holds no count of boots");
        // At its end the count stays, and with it all authentication, until the engine gets new keys (RFC 3414 section 2.2.1).
        var next = last == int.MaxValue ? last : last + 1;
        var fresh = file + ".new";
        using (var stream = new FileStream(fresh, FileMode.Create))
        {
            stream.Write(System.Text.Encoding.ASCII.GetBytes(next.ToString(CultureInfo.InvariantCulture)));
            stream.Flush(flushToDisk: true);
        }
        File.Move(fresh, file, overwrite: true);
        return next;
    }
}
