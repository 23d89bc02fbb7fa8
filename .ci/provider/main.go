// Command provider is a provider for Terraform that makes nothing. It has some
// types of the AWS provider, version 6, and says of each resource in which region
// it would be: its own argument, else that of the provider configuration that
// Terraform gave it. So the tests learn from Terraform itself which one that is.
package main

import (
	"context"
	"log"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6/tf6server"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

func main() {
	err := tf6server.Serve("registry.terraform.io/hashicorp/aws", func() tfprotov6.ProviderServer { return &provider{} })
	if err != nil {
		log.Fatal(err)
	}
}

// provider is one configuration of the provider. What it does not override is
// never called for its types.
type provider struct {
	tfprotov6.ProviderServer
	region tftypes.Value
}

var (
	resourceTypes = []string{"aws_sqs_queue", "aws_s3_bucket", "aws_db_instance"}

	configType = tftypes.Object{AttributeTypes: map[string]tftypes.Type{
		"region": tftypes.String, "profile": tftypes.String, "skip_region_validation": tftypes.Bool,
	}}
	thingType = tftypes.Object{AttributeTypes: map[string]tftypes.Type{
		"id": tftypes.String, "region": tftypes.String, "name": tftypes.String,
	}}
)

func attribute(name string, typ tftypes.Type, computed bool) *tfprotov6.SchemaAttribute {
	return &tfprotov6.SchemaAttribute{Name: name, Type: typ, Optional: true, Computed: computed}
}

func schema(attributes ...*tfprotov6.SchemaAttribute) *tfprotov6.Schema {
	return &tfprotov6.Schema{Block: &tfprotov6.SchemaBlock{Attributes: attributes}}
}

func (p *provider) GetMetadata(context.Context, *tfprotov6.GetMetadataRequest) (*tfprotov6.GetMetadataResponse, error) {
	resp := &tfprotov6.GetMetadataResponse{DataSources: []tfprotov6.DataSourceMetadata{{TypeName: "aws_region"}}}
	for _, name := range resourceTypes {
		resp.Resources = append(resp.Resources, tfprotov6.ResourceMetadata{TypeName: name})
	}
	return resp, nil
}

func (p *provider) GetProviderSchema(context.Context, *tfprotov6.GetProviderSchemaRequest) (*tfprotov6.GetProviderSchemaResponse, error) {
	thing := schema(attribute("id", tftypes.String, true), attribute("region", tftypes.String, true), attribute("name", tftypes.String, true))
	resp := &tfprotov6.GetProviderSchemaResponse{
		Provider:          schema(attribute("region", tftypes.String, false), attribute("profile", tftypes.String, false), attribute("skip_region_validation", tftypes.Bool, false)),
		ResourceSchemas:   map[string]*tfprotov6.Schema{},
		DataSourceSchemas: map[string]*tfprotov6.Schema{"aws_region": thing},
	}
	for _, name := range resourceTypes {
		resp.ResourceSchemas[name] = thing
	}
	return resp, nil
}

func (p *provider) GetResourceIdentitySchemas(context.Context, *tfprotov6.GetResourceIdentitySchemasRequest) (*tfprotov6.GetResourceIdentitySchemasResponse, error) {
	return &tfprotov6.GetResourceIdentitySchemasResponse{}, nil
}

func (p *provider) GetFunctions(context.Context, *tfprotov6.GetFunctionsRequest) (*tfprotov6.GetFunctionsResponse, error) {
	return &tfprotov6.GetFunctionsResponse{}, nil
}

func (p *provider) ValidateProviderConfig(_ context.Context, req *tfprotov6.ValidateProviderConfigRequest) (*tfprotov6.ValidateProviderConfigResponse, error) {
	return &tfprotov6.ValidateProviderConfigResponse{PreparedConfig: req.Config}, nil
}

func (p *provider) ConfigureProvider(_ context.Context, req *tfprotov6.ConfigureProviderRequest) (*tfprotov6.ConfigureProviderResponse, error) {
	values, err := attributes(req.Config, configType)
	p.region = values["region"]
	return &tfprotov6.ConfigureProviderResponse{}, err
}

func (p *provider) StopProvider(context.Context, *tfprotov6.StopProviderRequest) (*tfprotov6.StopProviderResponse, error) {
	return &tfprotov6.StopProviderResponse{}, nil
}

func (p *provider) ValidateResourceConfig(context.Context, *tfprotov6.ValidateResourceConfigRequest) (*tfprotov6.ValidateResourceConfigResponse, error) {
	return &tfprotov6.ValidateResourceConfigResponse{}, nil
}

func (p *provider) ValidateDataResourceConfig(context.Context, *tfprotov6.ValidateDataResourceConfigRequest) (*tfprotov6.ValidateDataResourceConfigResponse, error) {
	return &tfprotov6.ValidateDataResourceConfigResponse{}, nil
}

func (p *provider) PlanResourceChange(_ context.Context, req *tfprotov6.PlanResourceChangeRequest) (*tfprotov6.PlanResourceChangeResponse, error) {
	planned, err := p.placed(req.ProposedNewState)
	return &tfprotov6.PlanResourceChangeResponse{PlannedState: planned}, err
}

func (p *provider) ApplyResourceChange(_ context.Context, req *tfprotov6.ApplyResourceChangeRequest) (*tfprotov6.ApplyResourceChangeResponse, error) {
	made, err := p.placed(req.PlannedState)
	return &tfprotov6.ApplyResourceChangeResponse{NewState: made}, err
}

func (p *provider) ReadDataSource(_ context.Context, req *tfprotov6.ReadDataSourceRequest) (*tfprotov6.ReadDataSourceResponse, error) {
	found, err := p.placed(req.Config)
	return &tfprotov6.ReadDataSourceResponse{State: found}, err
}

// placed fills in the region, by which the thing is also called.
func (p *provider) placed(state *tfprotov6.DynamicValue) (*tfprotov6.DynamicValue, error) {
	values, err := attributes(state, thingType)
	if err != nil || values == nil {
		return state, err
	}
	if values["region"].IsNull() || !values["region"].IsKnown() {
		values["region"] = p.region
	}
	values["id"] = values["region"]
	if values["name"].IsNull() || !values["name"].IsKnown() {
		values["name"] = values["region"]
	}
	made, err := tfprotov6.NewDynamicValue(thingType, tftypes.NewValue(thingType, values))
	return &made, err
}

// attributes takes an object apart; nil for none.
func attributes(v *tfprotov6.DynamicValue, typ tftypes.Type) (map[string]tftypes.Value, error) {
	object, err := v.Unmarshal(typ)
	if err != nil || object.IsNull() {
		return nil, err
	}
	values := map[string]tftypes.Value{}
	err = object.As(&values)
	return values, err
}
