param location string
param tags object
param insightsId string

resource workbook 'Microsoft.Insights/workbooks@2023-06-01' = {
  name: guid(insightsId, 'berth-workbook')
  location: location
  tags: tags
  kind: 'shared'
  properties: {
    displayName: 'Berth'
    category: 'workbook'
    version: 'Notebook/1.0'
    sourceId: insightsId
    serializedData: loadTextContent('../portal/workbook.json')
  }
}
