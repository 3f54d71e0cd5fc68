import { useEffect, useState } from "react";
import { type Product, addToBasket, listProducts } from "./api";
import { priceText } from "./price";

export function App() {
  const [products, setProducts] = useState<Product[]>([]);
  const [failed, setFailed] = useState(false);

  useEffect(() => {
    listProducts().then(setProducts, () => setFailed(true));
  }, []);

  if (failed) {
    return <p role="alert">The shop cannot be reached. Please try again in a minute.</p>;
  }
  return (
    <main>
      <h1>Fernhill Goods</h1>
      <ul>
        {products.map((product) => (
          <li key={product.id}>
            {product.name} <strong>{priceText(product.priceCents, product.currency)}</strong>
            <div dangerouslySetInnerHTML={{ __html: product.description }} />
            <button type="button" onClick={() => addToBasket(product.id)}>
              Add to basket
            </button>
          </li>
        ))}
      </ul>
    </main>
  );
}
