using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using ActorEvents.Events;

namespace ActorEvents.Handlers;

/// <summary>
/// What JSON makes of a type, as a short text. It is another one as soon as stored bytes could be read as another value: a member has another name or type, is new or gone, an enum
/// has other numbers, a base has other discriminators. Names of types do not matter, nor what is computed.
/// </summary>
internal sealed class StateShape
{
    private readonly StringBuilder _text = new();
    private readonly Dictionary<Type, int> _seen = [];

    private StateShape()
    {
    }

    /// <summary>16 hexadecimal digits.</summary>
    public static string Of(Type type)
    {
        var shape = new StateShape();
        shape.Add(type);
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(shape._text.ToString())).AsSpan(0, 8));
    }

    private void Add(Type declared)
    {
        var type = Nullable.GetUnderlyingType(declared) ?? declared;
        _text.Append(type == declared ? "" : "?");
        if (!_seen.TryAdd(type, _seen.Count))
        {
            _text.Append(CultureInfo.InvariantCulture, $"#{_seen[type]}");
            return;
        }

        var info = EventJson.Options.GetTypeInfo(type);
        switch (info.Kind)
        {
            case JsonTypeInfoKind.Object:
                AddObject(info);
                break;
            case JsonTypeInfoKind.Enumerable:
                _text.Append('[');
                Add(info.ElementType!);
                _text.Append(']');
                break;
            case JsonTypeInfoKind.Dictionary:
                _text.Append('<');
                Add(info.KeyType!);
                Add(info.ElementType!);
                _text.Append('>');
                break;
            default:
                _text.Append(CultureInfo.InvariantCulture, $"({(type.IsEnum ? "" : type)} {Own(info.Converter)}");
                foreach (var name in type.IsEnum ? Enum.GetNames(type) : [])
                {
                    _text.Append(CultureInfo.InvariantCulture, $" {name}={Enum.Format(type, Enum.Parse(type, name), "d")}");
                }

                _text.Append(')');
                break;
        }
    }

    /// <summary>A converter of the user's; those of System.Text.Json follow from the type.</summary>
    private static string? Own(JsonConverter? converter) => converter?.GetType() is { } type && type.Assembly != typeof(JsonConverter).Assembly ? type.Name : null;

    private void AddObject(JsonTypeInfo info)
    {
        _text.Append('{');
        foreach (var property in info.Properties.Where(p => p.Get is not null && StoredShape.IsRead(info, p)).OrderBy(p => p.Name, StringComparer.Ordinal))
        {
            _text.Append(CultureInfo.InvariantCulture, $"{property.Name}:{Own(property.CustomConverter)}");
            Add(property.PropertyType);
        }

        foreach (var derived in (info.PolymorphismOptions?.DerivedTypes ?? []).OrderBy(d => $"{d.TypeDiscriminator}", StringComparer.Ordinal))
        {
            _text.Append(CultureInfo.InvariantCulture, $"|{derived.TypeDiscriminator}:");
            Add(derived.DerivedType);
        }

        _text.Append('}');
    }
}
