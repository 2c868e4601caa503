namespace ActorEvents.Journal.Schema;

/// <summary>What the settings of the journal are called in the configuration; messages name them so.</summary>
internal static class SettingNames
{
    public const string Section = "actor-events.journal";

    public const string SqliteFile = Section + ".sqlite-file";

    public const string ConnectionString = Section + ".connection-string";
}
