az login --service-principal --username "$AZURE_CLIENT_ID" --tenant "$AZURE_TENANT_ID" \
  --federated-token "$TOKEN" --output none
az account set --subscription "$AZURE_SUBSCRIPTION_ID"
az containerapp update --resource-group {{ project_slug }} --name {{ project_slug[:32] | regex_replace('-+$', '') }} \
  --image "$IMAGE" --output none
