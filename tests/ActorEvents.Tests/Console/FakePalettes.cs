using System.Text.Json.Nodes;

namespace ActorEvents.Tests.Aectl;

internal static class FakePalettes
{
    public static JsonObject All() => JsonNode.Parse(
        """
        {"version":1,"product":"ActorEvents","productVersion":"0.1.0","system":"actor-events","node":"akka.tcp://actor-events@127.0.0.1:4053","user":"socket","role":"admin","somethingNew":1,"palettes":[
          {"name":"cluster","summary":"members","commands":[
            {"name":"show","summary":"all members","effect":"read","columns":[
              {"name":"address","title":"ADDRESS","type":"string"},{"name":"roles","title":"ROLES","type":"string"},{"name":"status","title":"STATUS","type":"string"},
              {"name":"since","title":"SINCE","type":"time","wide":true}],"examples":["cluster show"]},
            {"name":"tail","summary":"events","effect":"read","streaming":true,"columns":[{"name":"event","title":"EVENT","type":"string"}]},
            {"name":"down","summary":"take out","effect":"destructive","parameters":[{"name":"address","kind":"string","positional":true,"required":true,"complete":true,"summary":"the member"}],"examples":["cluster down HOST:PORT"]}]},
          {"name":"dlq","summary":"dead letters","commands":[
            {"name":"list","summary":"those there are","effect":"read","paged":true,"columns":[{"name":"key","title":"KEY","type":"string"},{"name":"size","title":"SIZE","type":"bytes"},{"name":"age","title":"AGE","type":"duration"},{"name":"at","title":"AT","type":"time"}],"parameters":[
              {"name":"type","short":"t","kind":"string","multiple":true,"complete":true},{"name":"depth","short":"d","kind":"integer","min":0,"max":9},{"name":"since","kind":"duration"},
              {"name":"by","kind":"choice","choices":["age","size"]},{"name":"tree","kind":"flag"},{"name":"ratio","kind":"number","min":0.5},{"name":"password","short":"p","kind":"string","secret":true}]},
            {"name":"inspect","summary":"one","effect":"read","parameters":[{"name":"path","kind":"string","positional":true,"required":true},{"name":"timeout","kind":"duration"}]},
            {"name":"discard","summary":"throw away","effect":"destructive","parameters":[{"name":"id","kind":"string","positional":true,"required":true,"multiple":true}]}]}]}
        """)!.AsObject();
}
