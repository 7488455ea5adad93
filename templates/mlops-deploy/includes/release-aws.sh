# The deployment as it is, with the new image in it.
aws lightsail get-container-services --service-name {{ project_slug }} --output json \
  --query 'containerServices[0].currentDeployment.{containers: containers, publicEndpoint: publicEndpoint}' |
  sed "s|\"image\": \"[^\"]*\"|\"image\": \"$IMAGE\"|" > deployment.json
aws lightsail create-container-service-deployment --service-name {{ project_slug }} \
  --cli-input-json file://deployment.json > answer.json
state=ACTIVATING
while [ "$state" = ACTIVATING ] || [ "$state" = PENDING ]; do
  sleep 10
  state=$(aws lightsail get-container-service-deployments --service-name {{ project_slug }} --output text \
    --query 'deployments[0].state')
done
test "$state" = ACTIVE # else the version before goes on answering
