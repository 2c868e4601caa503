using System.Collections.Concurrent;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using ActorEvents.Events;

namespace ActorEvents.Handlers;

/// <summary>
/// What System.Text.Json would lose of a type's values, by its own metadata. Every field must come back, as a property or by itself, or say with
/// <c>[JsonIgnore]</c> that it may be lost. A property that is computed has no field of its own, so it may be written and not read.
/// </summary>
internal sealed class StoredShape
{
    private const BindingFlags Declared = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;
    private static readonly Assembly s_json = typeof(JsonSerializer).Assembly;
    private static readonly ConcurrentDictionary<Assembly, IReadOnlySet<string?>> s_references = [];
    private readonly HashSet<Type> _seen = [];

    private StoredShape()
    {
    }

    /// <summary>Null, or the first member that would not come back, why, and the cure.</summary>
    /// <param name="exact">Values of derived types are not stored as this one.</param>
    public static string? Flaw(Type type, bool exact) => exact && type.IsAbstract
        ? $"{Name(type)} is abstract, so no value has this type; register each derived type under a manifest of its own"
        : new StoredShape().Of(type, exact);

    private string? Of(Type declared, bool exact)
    {
        var type = Nullable.GetUnderlyingType(declared) ?? declared;
        if (!_seen.Add(type))
        {
            return null;
        }

        if (type == typeof(object))
        {
            return "object says no type, so its value comes back as a JsonElement; declare a type";
        }

        if (Unsupported(type, out var info) is { } problem)
        {
            return $"{Name(type)} cannot be read back ({problem}); take a type that System.Text.Json reads, or give it a [JsonConverter]";
        }

        return info.Kind switch
        {
            JsonTypeInfoKind.Object => (exact ? null : OfDerived(info)) ?? Lost(info) ?? OfMembers(info),
            JsonTypeInfoKind.Enumerable => OfCollection(info) ?? Of(info.ElementType!, false),
            JsonTypeInfoKind.Dictionary => OfCollection(info) ?? OfKey(info.KeyType!) ?? Of(info.ElementType!, false),
            _ => null,
        };
    }

    private string? OfMembers(JsonTypeInfo info)
    {
        foreach (var property in info.Properties)
        {
            if (property is { Get: not null, CustomConverter: null, IsExtensionData: false } && IsRead(info, property) && Of(property.PropertyType, false) is { } problem)
            {
                return $"{Name(info.Type)}.{property.Name}: {problem}";
            }
        }

        return null;
    }

    /// <summary>A derived value is written as its base unless the base has a discriminator for it.</summary>
    private string? OfDerived(JsonTypeInfo info)
    {
        var told = info.PolymorphismOptions?.DerivedTypes.ToArray() ?? [];
        foreach (var derived in told)
        {
            if (derived.TypeDiscriminator is null)
            {
                return $"{Name(derived.DerivedType)} has no discriminator and comes back as {Name(info.Type)}; write [JsonDerivedType(typeof({derived.DerivedType.Name}), \"a-name\")]";
            }

            // As itself: its own metadata says what it holds.
            if (derived.DerivedType != info.Type && Of(derived.DerivedType, true) is { } problem)
            {
                return problem;
            }
        }

        if (info.Type.IsSealed || IsSystem(info.Type))
        {
            return null;
        }

        var untold = Around(info.Type.Assembly).FirstOrDefault(t => t != info.Type && !t.IsAbstract && t.IsAssignableTo(info.Type) && !Array.Exists(told, d => d.DerivedType == t));
        return untold is null
            ? null
            : $"{Name(info.Type)} is a base of {Name(untold)}, and what a derived type adds is not written; put [JsonDerivedType(typeof({untold.Name}), \"a-name\")] on {Name(info.Type)} for each derived type";
    }

    private static string? OfCollection(JsonTypeInfo info)
    {
        var type = info.Type;
        if (type.IsGenericType && type.Name.Contains("Stack`", StringComparison.Ordinal) && IsSystem(type))
        {
            return $"{Name(type)} comes back in the opposite order; take a list";
        }

        for (; type is not null && !IsSystem(type); type = type.BaseType)
        {
            if (Array.Find(type.GetFields(Declared), f => f.Name.EndsWith(">k__BackingField", StringComparison.Ordinal) && !IsIgnored(f) && !IsIgnored(PropertyOf(f))) is { } field)
            {
                return $"{Name(type)}.{Plain(field)} is not written, because a collection is written as its elements only; hold the collection in a record beside it";
            }
        }

        return null;
    }

    private static string? OfKey(Type key) => EventJson.Options.GetTypeInfo(Nullable.GetUnderlyingType(key) ?? key).Kind == JsonTypeInfoKind.None
        ? null
        : $"{Name(key)} is no key that JSON has; take a text or a number as the key, or hold a list";

    /// <summary>A field that is not stored, of the type or a base; of a type of .NET itself, which nobody can mark, a property.</summary>
    private static string? Lost(JsonTypeInfo info)
    {
        if (IsSystem(info.Type))
        {
            var unread = info.Properties.FirstOrDefault(p => p.Get is not null && !IsRead(info, p));
            return info.Properties.Count == 0 ? $"{Name(info.Type)} has no properties, and fields (a tuple's items) are not written; take a record"
                : unread is not null ? $"{Name(info.Type)}.{unread.Name} is written and not read back; take a record" : null;
        }

        var stored = info.Properties.Where(p => p.Get is not null && IsRead(info, p)).Select(p => (p.AttributeProvider as MemberInfo)?.Name).ToHashSet();
        for (var type = info.Type; type is not null && !IsSystem(type); type = type.BaseType)
        {
            foreach (var field in type.GetFields(Declared))
            {
                var property = PropertyOf(field);
                if (!stored.Contains(Plain(field)) && !IsIgnored(field) && !IsIgnored(property))
                {
                    return property is null
                        ? $"{Name(type)}.{Plain(field)} is a field, and fields are not written; make it a public property with set or init, or mark it [JsonIgnore] if it may be lost"
                        : $"{Name(type)}.{property.Name} is not read back; make it public with a public set or init, or a constructor parameter of the same name, or mark it [JsonIgnore] if it may be lost";
                }
            }
        }

        return null;
    }

    /// <summary>Whether the serializer itself can neither describe the type nor read it. What a constructor or converter of the user says to an empty object is its own affair.</summary>
    private static string? Unsupported(Type type, out JsonTypeInfo info)
    {
        info = null!;
        try
        {
            info = EventJson.Options.GetTypeInfo(type);
            if (info.PolymorphismOptions is null || !type.IsAbstract)
            {
                JsonSerializer.Deserialize(info.Kind switch { JsonTypeInfoKind.None => "1"u8, JsonTypeInfoKind.Enumerable => "[]"u8, _ => "{}"u8 }, info);
            }
        }
        catch (Exception e) when (e is NotSupportedException || (e is InvalidOperationException && (info is null || e.Source == s_json.GetName().Name)))
        {
            return info is null || info.Converter.GetType().Assembly == s_json ? e.Message.Split(" Path: $")[0].TrimEnd('.') : null;
        }
        catch (Exception) when (info is not null)
        {
        }

        return null;
    }

    /// <summary>Whether what is written of a property comes back into it.</summary>
    public static bool IsRead(JsonTypeInfo info, JsonPropertyInfo property) => property.Set is not null || property.AssociatedParameter is not null || property.IsExtensionData
        || (property.ObjectCreationHandling ?? info.PreferredPropertyObjectCreationHandling) == JsonObjectCreationHandling.Populate;

    private static bool IsIgnored(MemberInfo? member) => member?.GetCustomAttribute<JsonIgnoreAttribute>() is { Condition: JsonIgnoreCondition.Always };

    /// <summary>The property that the compiler made the field for, or null.</summary>
    private static PropertyInfo? PropertyOf(FieldInfo field) =>
        field.Name.EndsWith(">k__BackingField", StringComparison.Ordinal) ? field.DeclaringType!.GetProperty(Plain(field), Declared) : null;

    /// <summary>The name as it stands in the code: of an automatic property, of a captured parameter, or the field's own.</summary>
    private static string Plain(FieldInfo field) => field.Name[0] == '<' ? field.Name[1..field.Name.IndexOf('>', StringComparison.Ordinal)] : field.Name;

    private static bool IsSystem(Type type) => type.Namespace is { } space && (space == "System" || space.StartsWith("System.", StringComparison.Ordinal));

    /// <summary>Types of an assembly and of those that are loaded and refer to it.</summary>
    private static IEnumerable<Type> Around(Assembly assembly)
    {
        var name = assembly.GetName().Name;
        return AppDomain.CurrentDomain.GetAssemblies().Where(a => a == assembly || (!a.IsDynamic && References(a).Contains(name))).SelectMany(Types);
    }

    private static IReadOnlySet<string?> References(Assembly assembly) =>
        s_references.GetOrAdd(assembly, static a => a.GetReferencedAssemblies().Select(r => r.Name).ToHashSet(StringComparer.OrdinalIgnoreCase));

    private static IEnumerable<Type> Types(Assembly assembly)
    {
        try
        {
            return assembly.GetTypes();
        }
        catch (ReflectionTypeLoadException e)
        {
            return e.Types.OfType<Type>();
        }
    }

    private static string Name(Type type) => !type.IsGenericType
        ? type.Name
        : $"{type.Name.Split('`')[0]}<{string.Join(", ", type.GetGenericArguments().Select(Name))}>";
}
