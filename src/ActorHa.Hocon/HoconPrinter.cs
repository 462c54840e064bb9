using System.Text;

namespace ActorHa.Hocon;

/// <summary>Writes a tree as a text that stands for itself and reads back as the same tree.</summary>
public static class HoconPrinter
{
    /// <summary>Writes the named keys of the root (all, when none is named), two blanks for each level.</summary>
    public static string Print(HoconObject root, params ReadOnlySpan<string> keys)
    {
        var text = new StringBuilder();
        foreach (var (key, field) in root.Fields)
            if (keys.IsEmpty || keys.Contains(key)) Field(text, key, field.Value, 0);
        return text.ToString();
    }

    private static void Field(StringBuilder text, string key, HoconValue value, int level)
    {
        text.Append(' ', 2 * level).Append(key.Length > 0 && key.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_') && key != "include" ? key : Quote(key));
        if (value is not HoconObject) text.Append(" =");
        text.Append(' ');
        Value(text, value, level);
        text.Append('\n');
    }

    private static void Value(StringBuilder text, HoconValue value, int level)
    {
        switch (value)
        {
            case HoconObject { Fields.Count: 0 }:
                text.Append("{}");
                break;
            case HoconObject o:
                text.Append("{\n");
                foreach (var (key, field) in o.Fields) Field(text, key, field.Value, level + 1);
                text.Append(' ', 2 * level).Append('}');
                break;
            case HoconList l:
                text.Append('[');
                for (var i = 0; i < l.Items.Length; i++)
                {
                    if (i > 0) text.Append(", ");
                    Value(text, l.Items[i], level + 1);
                }
                text.Append(']');
                break;
            case HoconScalar s:
                text.Append(s.Quoted ? Quote(s.Text) : s.Text);
                break;
        }
    }

    private static string Quote(string text)
    {
        var quoted = new StringBuilder("\"");
        foreach (var c in text)
        {
            if (c is '"' or '\\') quoted.Append('\\').Append(c);
            else if (char.IsControl(c)) quoted.Append($"\\u{(int)c:x4}");
            else quoted.Append(c);
        }
        return quoted.Append('"').ToString();
    }
}
