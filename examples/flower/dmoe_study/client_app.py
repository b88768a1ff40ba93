"""What runs at a site. Whose rows it reads, and what guards them, is said by the node configuration there."""

import dmoe.flower

app = dmoe.flower.client_app()
