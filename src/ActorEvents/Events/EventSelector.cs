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
        _types = new Pattern(types);
        _sources = new Pattern(sources);
        _contentTypes = new Pattern(contentTypes);
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
