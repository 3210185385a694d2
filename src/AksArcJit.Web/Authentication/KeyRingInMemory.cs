using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection.Repositories;

namespace AksArcJit.Web.Authentication;

/// <summary>
/// Authentication brings ASP.NET's data protection along, which would write keys into the home directory of whoever runs the broker.
/// Nothing here is protected with them, so they stay in memory.
/// </summary>
internal sealed class KeyRingInMemory : IXmlRepository
{
    private readonly Lock _gate = new();
    private readonly List<XElement> _elements = [];

    public IReadOnlyCollection<XElement> GetAllElements()
    {
        lock (_gate)
            return [.. _elements.Select(element => new XElement(element))];
    }

    public void StoreElement(XElement element, string friendlyName)
    {
        lock (_gate)
            _elements.Add(new XElement(element));
    }
}
