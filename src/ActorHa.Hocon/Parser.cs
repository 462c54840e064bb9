namespace ActorHa.Hocon;

/// <summary>
/// Text → raw tree. After an error it goes on behind the line or the closing bracket, so that one run shows all errors.
/// Every step consumes at least one character or leaves its loop; depth, includes and errors are bounded.
/// </summary>
internal sealed class Parser(HoconSources sources, ErrorList errors)
{
    private readonly List<string> includes = [];
    private readonly List<string> path = [];
    private Scanner scan = new("", "");
    private string file = "";

    /// <summary>Whether any file was included.</summary>
    public bool Included { get; private set; }

    private string Key => string.Join('.', path);

    public RawObject ReadFile(string text, string name)
    {
        var (outerScan, outerFile) = (scan, file);
        (scan, file) = (new Scanner(text, name), name);
        includes.Add(Identity(name));
        try
        {
            var root = new RawObject(scan.Here);
            if (text.Length > HoconLimits.Characters)
            {
                errors.Add(scan.Here, "", $"{text.Length} characters", $"at most {HoconLimits.Characters}");
                return root;
            }
            scan.SkipLines();
            var braces = scan.Take('{');
            Members(root, braces, 1);
            if (!braces) return root;
            scan.SkipLines();
            if (!scan.End) Wrong("the end of the file after the closing '}'");
            return root;
        }
        finally
        {
            includes.RemoveAt(includes.Count - 1);
            (scan, file) = (outerScan, outerFile);
        }
    }

    private void Members(RawObject into, bool braces, int depth)
    {
        var opened = scan.Here;
        while (!errors.Full)
        {
            scan.SkipLines();
            if (scan.End)
            {
                if (braces) Wrong($"'}}' for the '{{' of line {opened.Line}");
                return;
            }
            if (braces && scan.Take('}')) return;
            if (Member(into, depth) && MemberEnds(braces ? '}' : '\0')) continue;
            Recover('}', braces);
        }
    }

    // After a member or an item: a comma, a line end or the closing bracket.
    private bool MemberEnds(char closing)
    {
        if (scan.SkipLines())
        {
            scan.Take(',');
            return true;
        }
        if (scan.Take(',') || scan.End || (closing != '\0' && scan.Current == closing)) return true;
        return Wrong($"a comma, the end of the line{(closing != '\0' ? $" or '{closing}'" : "")}",
            scan.Current is '"' or '$' or '{' or '[' ? "values side by side are not joined: put the whole into quotes" : "");
    }

    private bool Member(RawObject into, int depth)
    {
        if (IncludeFollows()) return Include(into);
        var origin = scan.Here;
        if (KeyPath() is not { } keys) return false;
        path.AddRange(keys);
        try
        {
            scan.SkipBlanks();
            if (scan.Current == '+' && scan.At(1) == '=') return Wrong("'='", "'+=' is not supported: write the whole list");
            if (scan.Current != '{')
            {
                if (!scan.Take('=') && !scan.Take(':')) return Wrong("'=', ':' or '{' after the key");
                scan.SkipLines();
            }
            if (depth + keys.Count > HoconLimits.Depth) return TooDeep();
            if (Value(depth + keys.Count) is not { } value) return false;
            for (var i = keys.Count - 1; i > 0; i--)
            {
                var around = new RawObject(origin);
                around.Add(keys[i], new(origin, value));
                value = around;
            }
            into.Add(keys[0], new(origin, value));
            return true;
        }
        finally
        {
            path.RemoveRange(path.Count - keys.Count, keys.Count);
        }
    }

    private List<string>? KeyPath()
    {
        var keys = new List<string>();
        do
        {
            if (scan.Current == '"')
            {
                var origin = scan.Here;
                var quoted = scan.TakeQuoted(out var problem);
                if (quoted is null)
                {
                    errors.Add(origin, Key, problem, "a key");
                    return null;
                }
                keys.Add(quoted);
            }
            else
            {
                var plain = scan.TakeWhile(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');
                if (plain.Length == 0)
                {
                    Wrong("a key", "keys are letters, digits, - and _; anything else in quotes");
                    return null;
                }
                keys.Add(plain);
            }
        }
        while (scan.Take('.'));
        return keys;
    }

    private Raw? Value(int depth)
    {
        var origin = scan.Here;
        if (depth > HoconLimits.Depth)
        {
            TooDeep();
            return null;
        }
        switch (scan.Current)
        {
            case '{':
                scan.Next();
                var child = new RawObject(origin);
                Members(child, true, depth + 1);
                return child;
            case '[':
                scan.Next();
                return List(origin, depth);
            case '"' when scan.At(1) == '"' && scan.At(2) == '"':
                Wrong("a text in single quotation marks \"…\"", "triple quotes are not supported");
                return null;
            case '"':
                if (scan.TakeQuoted(out var problem) is { } quoted) return new RawScalar(origin, quoted, true);
                errors.Add(origin, Key, problem, "a quoted text on one line");
                return null;
            case '$':
                return Reference(origin);
        }
        var text = scan.TakeWhile(c => !ForbiddenUnquoted.Contains(c) && !char.IsControl(c)).TrimEnd();
        switch (text)
        {
            case "":
                Wrong("a value");
                return null;
            case "null":
                errors.Add(origin, Key, "null", "a value", "null is not supported: leave the key out");
                return null;
            default:
                return new RawScalar(origin, text, false);
        }
    }

    // HOCON forbids these outside quotes.
    private const string ForbiddenUnquoted = "$\"{}[]:=,+#`^?!@*&\\";

    private RawList List(Origin origin, int depth)
    {
        var list = new RawList(origin, []);
        while (!errors.Full)
        {
            scan.SkipLines();
            if (scan.Take(']')) return list;
            if (scan.End)
            {
                Wrong($"']' for the '[' of line {origin.Line}");
                return list;
            }
            var item = Value(depth + 1);
            if (item is not null) list.Items.Add(item);
            if (item is null || !MemberEnds(']')) Recover(']', true);
        }
        return list;
    }

    private RawReference? Reference(Origin origin)
    {
        scan.Next();
        if (!scan.Take('{'))
        {
            errors.Add(origin, Key, "'$'", "${path} or ${?NAME}", "a text with $ in it must be quoted");
            return null;
        }
        var optional = scan.Take('?');
        if (KeyPath() is not { } keys) return null;
        if (scan.Take('}')) return new(origin, [.. keys], optional);
        Wrong("'}' after the path");
        return null;
    }

    private bool IncludeFollows()
    {
        const string word = "include";
        for (var i = 0; i < word.Length; i++)
            if (scan.At(i) != word[i]) return false;
        var next = word.Length;
        while (scan.At(next) is ' ' or '\t') next++;
        return next > word.Length && scan.At(next) is '"' or 'u' or 'f' or 'c' or 'r';
    }

    private bool Include(RawObject into)
    {
        var origin = scan.Here;
        scan.TakeWord("include");
        scan.SkipBlanks();
        if (scan.Current != '"') return Wrong("include \"file\"", "only files are included, by their path in quotes");
        if (scan.TakeQuoted(out var problem) is not { } name)
        {
            errors.Add(origin, Key, problem, "include \"file\"");
            return false;
        }
        Included = true;
        bool Refuse(string found, string expected, string why = "")
        {
            errors.Add(origin, Key, found, expected, why);
            return true; // the line itself was read
        }
        if (!sources.Includes) return Refuse($"include \"{name}\"", "a text that stands for itself", "all members must read the same");
        if (includes.Count > HoconLimits.Includes) return Refuse($"{includes.Count} files inside each other", $"at most {HoconLimits.Includes}");
        if (name.Contains('\0') || name.Length == 0) return Refuse("no path", "include \"file\"");
        var target = Path.Combine(Path.GetDirectoryName(file) ?? "", name);
        if (includes.Contains(Identity(target))) return Refuse($"include \"{name}\", which is being read already", "files that do not include each other");
        try
        {
            var included = ReadFile(sources.ReadFile(target), target);
            foreach (var (key, field) in included.Fields) into.Add(key, field);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Refuse($"include \"{name}\", which cannot be read: {e.Message}", "a readable file");
        }
    }

    private static string Identity(string name)
    {
        try
        {
            return Path.GetFullPath(name);
        }
        catch (Exception e) when (e is ArgumentException or IOException or NotSupportedException)
        {
            return name;
        }
    }

    private bool TooDeep() => Wrong($"at most {HoconLimits.Depth} objects and lists inside each other");

    private bool Wrong(string expected, string why = "")
    {
        errors.Add(scan.Here, Key, scan.Describe(), expected, why);
        return false;
    }

    // Goes on at the end of the line or at the closing bracket of what is being read, past what was opened meanwhile.
    private void Recover(char closing, bool stopAtClosing)
    {
        var inside = 0;
        for (; !scan.LineEnd || inside > 0; scan.Next())
        {
            if (scan.End) return;
            if (scan.Current is '{' or '[') inside++;
            if (scan.Current is not ('}' or ']')) continue;
            if (inside > 0) inside--;
            else if (stopAtClosing && scan.Current == closing) return;
        }
    }
}
