provider "hcloud" {}
resource "hcloud_server" "node" {
  name        = "node"
  server_type = "cx31"
  image       = "ubuntu-22.04"
}
