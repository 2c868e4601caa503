using System.Text;

namespace ActorEvents.Events.Codecs;

/// <summary>
/// Collects and checks the attributes of one event, in all modes alike; one instance serves all records of a decoder. An attribute comes as its name and
/// its value in UTF-8. Not thread-safe.
/// </summary>
internal sealed class AttributeDraft
{
    public const int MaxExtensions = 1_024;

    private const int FewExtensions = 12;

    private readonly TextCache<string> _types = new();
    private readonly TextCache<string> _sources = new();
    private readonly TextCache<string> _contentTypes = new();
    private readonly TextCache<string> _schemas = new();
    private readonly TextCache<string> _originIds = new();
    private readonly List<KeyValuePair<string, string>> _extensions = [];
    private readonly HashSet<string> _many = new(StringComparer.Ordinal);

    private string _prefix = "";
    private bool _versioned;
    private string? _id;
    private string? _source;
    private string? _type;
    private string? _subject;
    private string? _time;
    private string? _schema;
    private string? _originId;
    private long? _sequence;

    public string? DataContentType { get; private set; }

    public string? PartitionKey { get; private set; }

    public string? Subject => _subject;

    /// <param name="prefix">What stands before attribute names in messages: <c>ce_</c> in binary mode.</param>
    public void Begin(string prefix)
    {
        _prefix = prefix;
        _versioned = false;
        _id = _source = _type = _subject = _time = _schema = _originId = null;
        _sequence = null;
        DataContentType = PartitionKey = null;
        _extensions.Clear();
        _many.Clear();
    }

    /// <summary>Takes one attribute that has a value (unset ones do not come here).</summary>
    public DecodeFailure? Set(AttributeName name, ReadOnlySpan<byte> value) => name.Place switch
    {
        AttributePlace.SpecVersion => SetVersion(value),
        AttributePlace.Id => Set(name.Text, ref _id, value, AttributeRules.Id, null),
        AttributePlace.Source => Set(name.Text, ref _source, value, AttributeRules.Source, _sources),
        AttributePlace.Type => Set(name.Text, ref _type, value, AttributeRules.Type, _types),
        AttributePlace.Subject => Set(name.Text, ref _subject, value, AttributeRules.Subject, null),
        AttributePlace.Time => Set(name.Text, ref _time, value, AttributeRules.Time, null),
        AttributePlace.DataSchema => Set(name.Text, ref _schema, value, AttributeRules.DataSchema, _schemas),
        AttributePlace.DataContentType => SetDataContentType(_prefix, name.Text, value),
        AttributePlace.OriginId => Set(name.Text, ref _originId, value, AttributeRules.OriginId, _originIds),
        AttributePlace.OriginNumber => SetSequence(value),
        AttributePlace.Data => DecodeFailure.Of(_prefix + name.Text, value, "no attribute may have this name", "Data is the record's value"),
        _ => SetExtension(name, value),
    };

    public DecodeFailure? SetDataContentType(ReadOnlySpan<byte> header) => SetDataContentType("", ContentTypeHeader.Name, header);

    private DecodeFailure? SetDataContentType(string prefix, string name, ReadOnlySpan<byte> value)
    {
        if (Read(prefix, name, value, AttributeRules.DataContentType, _contentTypes, out var text) is { } failure)
        {
            return failure;
        }

        if (DataContentType is not null && !string.Equals(DataContentType, text, StringComparison.Ordinal))
        {
            return DecodeFailure.Of(
                prefix + name, value, $"another content type is given too, {DecodeFailure.Show(Encoding.UTF8.GetBytes(DataContentType))}", "Write one of them");
        }

        DataContentType = text;
        return null;
    }

    /// <summary>What structured mode means by data without a content type.</summary>
    public void DataIsJson() => DataContentType ??= "application/json";

    /// <summary>Takes the context of the record's own headers, unless the event has one of its own.</summary>
    public void Take(TraceContext trace)
    {
        if (_extensions.Count <= MaxExtensions - 2 && !IsKnown(TraceContext.ParentName))
        {
            _extensions.Add(new(TraceContext.ParentName, trace.Parent));
            if (trace.State is { } state && !IsKnown(TraceContext.StateName))
            {
                _extensions.Add(new(TraceContext.StateName, state));
            }
        }
    }

    /// <summary>Checks what only the whole can show: required attributes, both halves of an origin.</summary>
    public DecodeFailure? Complete()
    {
        if (!_versioned)
        {
            return Missing("specversion");
        }

        if (_id is null)
        {
            return Missing("id");
        }

        if (_source is null)
        {
            return Missing("source");
        }

        if (_type is null)
        {
            return Missing("type");
        }

        return _originId is null == _sequence is null ? null : new DecodeFailure(
            _prefix + (_originId is null ? EventOrigin.IdAttribute : EventOrigin.NumberAttribute),
            null,
            $"it is absent, though {_prefix}{(_originId is null ? EventOrigin.NumberAttribute : EventOrigin.IdAttribute)} is there",
            "An origin is both aeorigin and aesequence, or none");
    }

    public EventEnvelope ToEnvelope(string? key, EventPosition position, ReadOnlyMemory<byte> data, bool hasData, int size) => new()
    {
        Id = _id!,
        Source = _source!,
        Type = _type!,
        Subject = _subject,
        Time = _time,
        DataContentType = DataContentType,
        DataSchema = _schema,
        Extensions = _extensions.Count == 0 ? [] : _extensions.ToArray(),
        Data = data,
        HasData = hasData,
        Key = key,
        Origin = _originId is null ? null : new EventOrigin(_originId, _sequence!.Value),
        Position = position,
        Size = size,
    };

    private DecodeFailure? SetVersion(ReadOnlySpan<byte> value)
    {
        if (_versioned)
        {
            return Twice("specversion", value);
        }

        _versioned = value.SequenceEqual("1.0"u8);
        return _versioned ? null : DecodeFailure.Of(
            _prefix + "specversion",
            value,
            value.StartsWith("\""u8) ? "the value begins with a quote" : "only CloudEvents 1.0 is read",
            "Write 1.0, without quotes in the bytes");
    }

    private DecodeFailure? SetSequence(ReadOnlySpan<byte> value)
    {
        if (_sequence is not null)
        {
            return Twice(EventOrigin.NumberAttribute, value);
        }

        if (!AttributeRules.TrySequence(value, out var number))
        {
            return DecodeFailure.Of(
                _prefix + EventOrigin.NumberAttribute,
                value,
                "it is no number from 0 to 9223372036854775807 in ASCII digits without sign, blanks or leading zeros",
                "Write the origin's growing number in decimal");
        }

        _sequence = number;
        return null;
    }

    private DecodeFailure? SetExtension(AttributeName name, ReadOnlySpan<byte> value)
    {
        if (IsKnown(name.Text))
        {
            return Twice(name.Text, value);
        }

        if (_extensions.Count == MaxExtensions)
        {
            return DecodeFailure.Of(_prefix + name.Text, value, $"the event has more than {MaxExtensions} extension attributes", "Move what describes the data into the data");
        }

        var isPartitionKey = name.Place == AttributePlace.PartitionKey;
        if (Read(_prefix, name.Text, value, isPartitionKey ? AttributeRules.PartitionKey : AttributeRules.Text, null, out var text) is { } failure)
        {
            return failure;
        }

        if (isPartitionKey)
        {
            PartitionKey = text;
        }

        _extensions.Add(new(name.Text, text!));
        return null;
    }

    internal static DecodeFailure BadName(string display, ReadOnlySpan<byte> value) => DecodeFailure.Of(
        DecodeFailure.Show(display), value, "attribute names are one or more of a–z and 0–9, and are compared exactly", "Rename the attribute");

    private bool IsKnown(string name)
    {
        if (_extensions.Count < FewExtensions)
        {
            foreach (var extension in _extensions)
            {
                if (string.Equals(extension.Key, name, StringComparison.Ordinal))
                {
                    return true;
                }
            }

            return false;
        }

        if (_many.Count == 0)
        {
            foreach (var extension in _extensions)
            {
                _many.Add(extension.Key);
            }
        }

        return !_many.Add(name);
    }

    private DecodeFailure? Set(string name, ref string? field, ReadOnlySpan<byte> value, Func<string, string?> rule, TextCache<string>? cache) =>
        field is not null ? Twice(name, value) : Read(_prefix, name, value, rule, cache, out field);

    /// <summary>Text in UTF-8 that keeps a rule. The name that messages say is prefix + name, put together only then.</summary>
    internal static DecodeFailure? Read(string prefix, string name, ReadOnlySpan<byte> value, Func<string, string?> rule, TextCache<string>? cache, out string? text)
    {
        text = cache?.Find(value);
        if (text is not null)
        {
            return null;
        }

        if (StrictUtf8.Read(value) is not { } read)
        {
            return DecodeFailure.Of(prefix + name, value, "it is no valid UTF-8", "Write the attribute in UTF-8");
        }

        if (rule(read) is { } problem)
        {
            return DecodeFailure.Of(prefix + name, value, problem, "Write the attribute as CloudEvents 1.0 has it");
        }

        cache?.Add(value, read);
        text = read;
        return null;
    }

    private DecodeFailure Twice(string name, ReadOnlySpan<byte> value) =>
        DecodeFailure.Of(_prefix + name, value, "it is given more than once", "Write each attribute once");

    private DecodeFailure Missing(string name) => new(_prefix + name, null, "the required attribute is absent", "Write specversion, id, source and type");
}
