gcloud iam workload-identity-pools create-cred-config "$GCP_WORKLOAD_IDENTITY_PROVIDER" \
  --service-account "$GCP_SERVICE_ACCOUNT" --credential-source-file token --output-file credentials.json
gcloud auth login --quiet --cred-file credentials.json
project=${GCP_REGISTRY#*/}
gcloud run services update {{ project_slug }} --quiet --project "${project%%/*}" --region "$GCP_REGION" \
  --image "$GCP_REGISTRY/${IMAGE#*/}"
