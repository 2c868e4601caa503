namespace ActorEvents.Events;

/// <summary>
/// Which events a handler wants, compiled once: patterns over type, source and content type. A pattern is compared ordinally and may end in
/// <c>*</c> (any rest). An empty list of patterns takes everything.
/// </summary>
internal sealed class EventSelector
{
    private readonly Pattern _types;
    private readonly Pattern _sources;
    private readonly Pattern _contentTypes;

    public EventSelector(IEnumerable<string> types, IEnumerable<string> sources, IEnumerable<string> contentTypes)
    {
        IEnumerable<string>[] patterns = [[.. types], [.. sources], [.. contentTypes]];
        (_types, _sources, _contentTypes) = (new Pattern(patterns[0]), new Pattern(patterns[1]), new Pattern(patterns[2]));
        Text = string.Join(';', patterns.Select(list => string.Join('|', list.Order(StringComparer.Ordinal).Select(Uri.EscapeDataString))));
    }

    /// <summary>The patterns in one line of URI characters, '|' and ';': equal for equal selectors, on whichever node.</summary>
    public string Text { get; }

    /// <summary>A selector by its <see cref="Text"/>.</summary>
    public static EventSelector Parse(string text)
    {
        string[][] lists = [.. text.Split(';').Select(list => list.Split('|', StringSplitOptions.RemoveEmptyEntries).Select(Uri.UnescapeDataString).ToArray())];
        return new EventSelector(lists[0], lists[1], lists[2]);
    }

    public bool Matches(EventEnvelope envelope) =>
        _types.Matches(envelope.Type) && _sources.Matches(envelope.Source) && _contentTypes.Matches(envelope.DataContentType ?? "");

    private sealed class Pattern
    {
        private readonly HashSet<string> _exact = new(StringComparer.Ordinal);
        private readonly string[] _prefixes;
        private readonly bool _all;

        public Pattern(IEnumerable<string> patterns)
        {
            var list = patterns.ToList();
            _all = list.Count == 0 || list.Contains("*");
            _prefixes = [.. list.Where(p => p.EndsWith('*')).Select(p => p[..^1])];
            _exact.UnionWith(list.Where(p => !p.EndsWith('*')));
        }

        public bool Matches(string value)
        {
            if (_all || _exact.Contains(value))
            {
                return true;
            }

            foreach (var prefix in _prefixes)
            {
                if (value.StartsWith(prefix, StringComparison.Ordinal))
                {
                    return true;
                }
            }

            return false;
        }
    }
}
