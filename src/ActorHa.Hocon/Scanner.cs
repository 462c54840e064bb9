using System.Text;

namespace ActorHa.Hocon;

/// <summary>The text with a finger in it that knows its line and column.</summary>
internal sealed class Scanner(string text, string file)
{
    private int at = text.StartsWith('\uFEFF') ? 1 : 0;
    private int line = 1;
    private int column = 1;

    public Origin Here => new(file, line, column);

    public bool End => at >= text.Length;

    public char Current => At(0);

    public char At(int ahead) => at + ahead < text.Length ? text[at + ahead] : '\0';

    public bool LineEnd => End || Current == '\n';

    public bool Comment => Current == '#' || (Current == '/' && At(1) == '/');

    public void Next()
    {
        if (End) return;
        if (text[at++] == '\n') (line, column) = (line + 1, 1);
        else column++;
    }

    public bool Take(char expected)
    {
        if (End || Current != expected) return false;
        Next();
        return true;
    }

    public bool TakeWord(string word)
    {
        if (string.CompareOrdinal(text, at, word, 0, word.Length) != 0) return false;
        foreach (var _ in word) Next();
        return true;
    }

    /// <summary>Blanks and a comment, up to the end of the line.</summary>
    public void SkipBlanks()
    {
        while (!LineEnd && char.IsWhiteSpace(Current)) Next();
        if (!End && Comment)
            while (!LineEnd) Next();
    }

    /// <summary>Blanks, comments and line ends. True when a line ended.</summary>
    public bool SkipLines()
    {
        var before = line;
        for (SkipBlanks(); !End && Current == '\n'; SkipBlanks()) Next();
        return line != before;
    }

    /// <summary>What stands here, in words, for "found X".</summary>
    public string Describe() => End ? "the end of the file"
        : Current == '\n' ? "the end of the line"
        : char.IsControl(Current) || char.IsSurrogate(Current) ? $"the character U+{(int)Current:X4}"
        : $"'{Current}'";

    /// <summary>The run of characters that <paramref name="belongs"/>, stopping before line end and comment.</summary>
    public string TakeWhile(Func<char, bool> belongs)
    {
        var start = at;
        while (!LineEnd && !Comment && belongs(Current)) Next();
        return text[start..at];
    }

    /// <summary>A quoted text from the opening quote on; null and a reason when it does not end or escapes wrongly.</summary>
    public string? TakeQuoted(out string problem)
    {
        var result = new StringBuilder();
        Next();
        for (problem = ""; ; Next())
        {
            if (LineEnd || Current == '\r' && At(1) is '\n' or '\0')
            {
                problem = "a text whose closing quote is missing";
                return null;
            }
            if (Current == '"')
            {
                Next();
                return result.ToString();
            }
            if (Current != '\\') result.Append(Current);
            else if (Escape() is { } escaped) result.Append(escaped);
            else
            {
                problem = $"the escape \\{(char.IsControl(Current) || End ? '?' : Current)}";
                return null;
            }
        }
    }

    // Leaves the finger on the last character of the escape.
    private char? Escape()
    {
        Next();
        switch (Current)
        {
            case 'n': return '\n';
            case 't': return '\t';
            case 'r': return '\r';
            case 'b': return '\b';
            case 'f': return '\f';
            case '"' or '\\' or '/': return Current;
            case 'u' when at + 4 < text.Length && ushort.TryParse(text.AsSpan(at + 1, 4), System.Globalization.NumberStyles.AllowHexSpecifier, null, out var code):
                for (var i = 0; i < 4; i++) Next();
                return (char)code;
            default: return null;
        }
    }
}
