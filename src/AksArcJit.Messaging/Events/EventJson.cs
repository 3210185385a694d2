using System.Text.Json;
using System.Text.Json.Serialization;

namespace AksArcJit.Messaging.Events;

[JsonSerializable(typeof(JsonElement))]
internal sealed partial class EventJson : JsonSerializerContext;
