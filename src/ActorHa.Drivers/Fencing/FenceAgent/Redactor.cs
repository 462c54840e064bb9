using System.Collections.Immutable;
using System.Net;
using System.Text;

namespace ActorHa.Drivers.Fencing.FenceAgent;

/// <summary>
/// Takes secrets out of what an agent printed, before anything of it is kept: as they are, and as agents write them into
/// addresses, XML and headers. What an agent turns them into otherwise (a digest, its own encoding) cannot be known here.
/// </summary>
internal sealed class Redactor
{
    private const int MostText = 200;

    private readonly ImmutableArray<string> _hidden;

    public Redactor(IEnumerable<string> secrets) =>
        // The longest first: one form may hold another.
        _hidden = [.. secrets.Where(s => s.Length > 0).SelectMany(Forms).Distinct(StringComparer.Ordinal).OrderByDescending(f => f.Length)];

    /// <summary>The last line that says something, without secrets and control characters, of bounded length.</summary>
    public string LastLine(string text)
    {
        foreach (var form in _hidden) text = text.Replace(form, "***", StringComparison.Ordinal);
        var line = text.Split('\n').LastOrDefault(l => l.Trim().Length > 0)?.Trim() ?? "";
        line = string.Concat(line.Select(c => char.IsControl(c) ? ' ' : c));
        return line.Length <= MostText ? line : line[..MostText] + "…";
    }

    private static IEnumerable<string> Forms(string secret)
    {
        yield return secret;
        yield return Uri.EscapeDataString(secret);
        yield return WebUtility.UrlEncode(secret);
        yield return WebUtility.HtmlEncode(secret);
        yield return Convert.ToBase64String(Encoding.UTF8.GetBytes(secret));
        // As a shell quotes it: a quote inside ends the quotes, stands alone, and opens them again.
        yield return secret.Replace("'", "'\"'\"'", StringComparison.Ordinal);
        yield return secret.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal);
    }
}
